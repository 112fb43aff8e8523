// The text of a file made ready to be read.

import type { Preview } from './files';
import { jsonTable, parseSeparated, type Table } from './tables';

export interface Shown {
  /** What is read as text; JSON comes indented. */
  text: string;
  json: boolean;
  table: Table | null;
  /** Whether the table has every row of the file. */
  whole: boolean;
  /** Whether the text ends before the file does. */
  cut: boolean;
}

const MOST_TEXT = 300_000;
const MOST_ROWS = 1000;

export function readable(kind: Preview, path: string, text: string): Shown {
  const plain: Shown = {
    text: text.slice(0, MOST_TEXT),
    json: false,
    table: null,
    whole: true,
    cut: text.length > MOST_TEXT,
  };
  if (kind === 'csv') {
    const parsed = parseSeparated(text, /\.tsv$/i.test(path) ? '\t' : ',', MOST_ROWS + 1);
    if (parsed.columns.length === 0) return plain;
    const table = { columns: parsed.columns, rows: parsed.rows.slice(0, MOST_ROWS) };
    return { ...plain, table, whole: parsed.rows.length <= MOST_ROWS };
  }
  return kind === 'json' ? json(text, plain) : plain;
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
    json: true,
    table,
    whole: (all?.rows.length ?? 0) <= MOST_ROWS,
    cut: indented.length > MOST_TEXT,
  };
}
