// The text of a file made ready to be read.

import type { Preview } from './files';
import { jsonTable, parseSeparated, type Table } from './tables';

export interface Shown {
  /** What is read as text; JSON comes indented. */
  text: string;
  /** What JSON says; undefined for what is not JSON as a whole. */
  json: unknown;
  table: Table | null;
  /** Whether the table has every row of the file. */
  whole: boolean;
  /** Whether the text ends before the file does. */
  cut: boolean;
}

const MOST_TEXT = 300_000;
const MOST_ROWS = 1000;
const START = 1_000_000;
const MOST_JSON = 5_000_000;

/** How much of a file is fetched to be shown, in bytes: JSON makes sense as a whole only, everything else by parts. */
export function bytesToRead(kind: Preview, size: number): number {
  return kind === 'json' && size <= MOST_JSON ? size : Math.min(size, START);
}

/** `isPart`: the file goes on after this text. */
export function readable(kind: Preview, path: string, text: string, isPart = false): Shown {
  const plain: Shown = {
    text: text.slice(0, MOST_TEXT),
    json: undefined,
    table: null,
    whole: true,
    cut: isPart || text.length > MOST_TEXT,
  };
  if (kind === 'csv') {
    const lines = isPart ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
    const parsed = parseSeparated(lines, /\.tsv$/i.test(path) ? '\t' : ',', MOST_ROWS + 1);
    if (parsed.columns.length === 0) return plain;
    const table = { columns: parsed.columns, rows: parsed.rows.slice(0, MOST_ROWS) };
    return { ...plain, table, whole: !isPart && parsed.rows.length <= MOST_ROWS };
  }
  return kind === 'json' && !isPart ? json(text, plain) : plain;
}

function json(text: string, plain: Shown): Shown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return plain; // lines of JSON, or a number that JSON does not know
  }
  const indented = JSON.stringify(value, null, 2);
  const all = jsonTable(value);
  const table = all === null ? null : { columns: all.columns, rows: all.rows.slice(0, MOST_ROWS) };
  return {
    text: indented.slice(0, MOST_TEXT),
    json: value,
    table,
    whole: (all?.rows.length ?? 0) <= MOST_ROWS,
    cut: indented.length > MOST_TEXT,
  };
}
