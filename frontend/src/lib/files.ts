// A flat list of files as a tree, and how each can be shown.

import type { File } from '../api/schema';

export interface Folder {
  name: string;
  path: string;
  folders: Folder[];
  files: File[];
  size: number;
  count: number;
}

export type Preview =
  | 'image'
  | 'json'
  | 'csv'
  | 'parquet'
  | 'markdown'
  | 'html'
  | 'audio'
  | 'video'
  | 'model'
  | 'notebook'
  | 'text'
  | 'large'
  | 'none';

const KINDS: readonly (readonly [Preview, RegExp])[] = [
  ['image', /\.(png|jpe?g|gif|webp|avif|bmp|svg|ico)$/i],
  ['csv', /\.(csv|tsv)$/i],
  ['parquet', /\.(parquet|pq)$/i],
  ['markdown', /\.(md|markdown)$/i],
  ['html', /\.html?$/i],
  ['json', /\.json$/i],
  ['notebook', /\.ipynb$/i],
  ['audio', /\.(mp3|wav|ogg|oga|opus|flac|m4a|aac)$/i],
  ['video', /\.(mp4|m4v|webm|ogv|mov)$/i],
  ['model', /(^|\/)MLmodel$/],
  [
    'text',
    /(\.(txt|log|rst|py|ya?ml|toml|ini|cfg|conf|env|sh|r|jl|js|ts|css|xml|sql|diff|patch|c|cc|cpp|h|rs|go|java|jsonl|ndjson|properties)|(^|\/)(Dockerfile|Makefile|README|LICENSE|requirements))$/i,
  ],
];
const TYPES: readonly (readonly [Preview, string])[] = [
  ['json', 'application/json'],
  ['audio', 'audio/'],
  ['video', 'video/'],
  ['text', 'text/'],
];
/** What a browser needs as a whole is downloaded rather than shown when it is larger. */
const WHOLE: readonly Preview[] = ['image', 'html', 'notebook'];
const MOST_WHOLE = 30_000_000;

export function fileTree(files: readonly File[]): Folder {
  const root = folder('', '');
  const known = new Map<string, Folder>([['', root]]);
  const order = new Intl.Collator('en', { numeric: true });
  for (const file of [...files].sort((a, b) => order.compare(a.path, b.path))) {
    let place = root;
    add(place, file);
    const parts = file.path.split('/').slice(0, -1);
    parts.forEach((name, index) => {
      const path = parts.slice(0, index + 1).join('/');
      let next = known.get(path);
      if (next === undefined) {
        next = folder(name, path);
        known.set(path, next);
        place.folders.push(next);
      }
      place = next;
      add(place, file);
    });
    place.files.push(file);
  }
  return root;
}

function folder(name: string, path: string): Folder {
  return { name, path, folders: [], files: [], size: 0, count: 0 };
}

function add(place: Folder, file: File): void {
  place.size += file.size;
  place.count += 1;
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder that a file is in; empty for none. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** How a file can be shown here, by its name, its type and its size; `large`: it could be, were it smaller. */
export function previewOf(file: File): Preview {
  const kind =
    KINDS.find(([, pattern]) => pattern.test(file.path))?.[0] ??
    TYPES.find(([, start]) => file.content_type.startsWith(start))?.[0] ??
    'none';
  return WHOLE.includes(kind) && file.size > MOST_WHOLE ? 'large' : kind;
}

/** Hidden files, and pictures by step, which are shown as series. */
const SELDOM_FIRST = /(^|\/)\.|^images\/.*[+%]step[+%]/;
const FIRST: readonly Preview[] = [
  'image',
  'model',
  'csv',
  'parquet',
  'json',
  'markdown',
  'notebook',
  'text',
];

const README = /^readme(\.(md|markdown|txt))?$/i;

/** The file that a reader most likely wants first: the README at the top, a picture, then what a model is, then a table, then text. */
export function firstFile(files: readonly File[]): File | null {
  const readme = files.find(({ path }) => README.test(path));
  if (readme !== undefined) return readme;
  for (const kind of FIRST) {
    const found = files.find((file) => previewOf(file) === kind && !SELDOM_FIRST.test(file.path));
    if (found !== undefined) return found;
  }
  return files[0] ?? null;
}

/** Whether a folder stands open before anybody touched it: near the top, one of few, and of a size to look through. */
export function opensAtFirst(inner: Folder, depth: number, folders: number): boolean {
  return depth < 2 && folders <= 12 && inner.count <= 12;
}

/** The file that a relative address in another file means; null when it leads outside or elsewhere. */
export function relativePath(from: string, address: string): string | null {
  if (/^([a-z][a-z0-9+.-]*:|\/|#|\?)/i.test(address)) return null;
  const parts = folderOf(from) === '' ? [] : folderOf(from).split('/');
  let plain: string;
  try {
    plain = decodeURIComponent(address.replace(/[?#].*$/, ''));
  } catch {
    return null;
  }
  for (const part of plain.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
