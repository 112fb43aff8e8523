// Jupyter notebooks (nbformat 4) as cells to be read. Nothing of a notebook ever becomes HTML.

export type Output = { kind: 'text' | 'error'; text: string } | { kind: 'picture'; url: string };

export interface Cell {
  kind: 'markdown' | 'code' | 'raw';
  text: string;
  /** When a code cell was run, counted; null for one that was not. */
  run: number | null;
  outputs: Output[];
}

export interface Notebook {
  /** A file name suffix that says the language of the code. */
  suffix: string;
  cells: Cell[];
}

const SUFFIXES: Readonly<Record<string, string>> = {
  python: 'py',
  r: 'r',
  julia: 'jl',
  bash: 'sh',
  sql: 'sql',
};
const PICTURES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
/** What colours the text of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is the character they begin with
const COLOURS = /\u001b\[[0-9;]*[A-Za-z]/g;

/** Null for what is not a notebook of this format. */
export function parseNotebook(text: string): Notebook | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || !Array.isArray(value.cells)) return null;
  const metadata = record(value.metadata);
  const language = record(metadata.language_info).name ?? record(metadata.kernelspec).language ?? 'python';
  return {
    suffix: SUFFIXES[String(language).toLowerCase()] ?? 'txt',
    cells: value.cells.filter(isRecord).map(cell),
  };
}

function cell(value: Record<string, unknown>): Cell {
  const kind = value.cell_type === 'markdown' || value.cell_type === 'code' ? value.cell_type : 'raw';
  const outputs =
    kind === 'code' && Array.isArray(value.outputs) ? value.outputs.filter(isRecord).flatMap(output) : [];
  return {
    kind,
    text: joined(value.source),
    run: typeof value.execution_count === 'number' ? value.execution_count : null,
    outputs,
  };
}

function output(value: Record<string, unknown>): Output[] {
  if (value.output_type === 'stream') return written('text', joined(value.text));
  if (value.output_type === 'error') {
    const said = Array.isArray(value.traceback) ? value.traceback.join('\n') : '';
    return written('error', said || `${String(value.ename)}: ${String(value.evalue)}`);
  }
  const data = record(value.data);
  for (const type of PICTURES) {
    if (type in data)
      return [{ kind: 'picture', url: `data:${type};base64,${joined(data[type]).replace(/\s/g, '')}` }];
  }
  if ('image/svg+xml' in data)
    return [
      { kind: 'picture', url: `data:image/svg+xml,${encodeURIComponent(joined(data['image/svg+xml']))}` },
    ];
  return written('text', joined(data['text/plain'] ?? data['text/markdown'] ?? ''));
}

function written(kind: 'text' | 'error', text: string): Output[] {
  const plain = text.replace(COLOURS, '').trimEnd();
  return plain === '' ? [] : [{ kind, text: plain }];
}

/** Texts come whole or as a list of lines. */
function joined(value: unknown): string {
  return Array.isArray(value) ? value.join('') : typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
