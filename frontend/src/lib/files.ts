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

export type Preview = 'image' | 'json' | 'csv' | 'text' | 'none';

const IMAGES = /\.(png|jpe?g|gif|webp|avif|bmp|svg|ico)$/i;
const TABLES = /\.(csv|tsv)$/i;
const TEXTS =
  /(\.(txt|log|md|rst|py|ipynb|ya?ml|toml|ini|cfg|conf|env|sh|r|jl|js|ts|css|html?|xml|sql|diff|patch|c|cc|cpp|h|rs|go|java)|\/?(MLmodel|Dockerfile|Makefile|README|LICENSE|requirements))$/i;
/** More than this is downloaded rather than shown. */
export const MOST_PREVIEWED = 2_000_000;
const MOST_IMAGE = 30_000_000;

export function fileTree(files: readonly File[]): Folder {
  const root = folder('', '');
  const known = new Map<string, Folder>([['', root]]);
  for (const file of [...files].sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }))) {
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

/** How a file can be shown here, by its name, its type and its size. */
export function previewOf(file: File): Preview {
  if (IMAGES.test(file.path)) return file.size <= MOST_IMAGE ? 'image' : 'none';
  if (file.size > MOST_PREVIEWED) return 'none';
  if (/\.(json|ipynb)$/i.test(file.path) || file.content_type.startsWith('application/json')) return 'json';
  if (TABLES.test(file.path)) return 'csv';
  if (TEXTS.test(file.path) || file.content_type.startsWith('text/')) return 'text';
  return 'none';
}

/** The file that a reader most likely wants first: a picture, then a table, then text. */
export function firstFile(files: readonly File[]): File | null {
  for (const kind of ['image', 'csv', 'json', 'text'] as const) {
    const found = files.find((file) => previewOf(file) === kind && !/(^|\/)(MLmodel|\.)/.test(file.path));
    if (found !== undefined) return found;
  }
  return files[0] ?? null;
}

/** Whether a folder stands open before anybody touched it: near the top and of a size to look through. */
export function opensAtFirst(inner: Folder, depth: number): boolean {
  return depth < 2 && inner.count <= 12;
}
