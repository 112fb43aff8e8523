// Tables of several candidates beside each other: which stand together, which are matrices, how a column is spread.

import type { TableFile } from '../api/schema';
import { isNumeric } from './numbers';
import { jsonTable, parseSeparated, type Table } from './tables';

/** The paths of the tables, those that most candidates have first. */
export function tablePaths(tables: readonly TableFile[]): string[] {
  const counts = new Map<string, number>();
  for (const { path } of tables) counts.set(path, (counts.get(path) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b, 'en')).map(([path]) => path);
}

/** The table that a file holds; null where it holds none. */
export function readTable(path: string, text: string): Table | null {
  if (/\.json$/i.test(path)) {
    try {
      return jsonTable(JSON.parse(text));
    } catch {
      return null;
    }
  }
  const table = parseSeparated(text, /\.tsv$/i.test(path) ? '\t' : ',');
  return table.columns.length > 0 ? table : null;
}

export interface Matrix {
  /** What the rows are, where the file says it. */
  rows: string;
  labels: string[];
  values: number[][];
}

/** A square of numbers, such as a confusion matrix: with a first column of labels or without. Null for others. */
export function matrixOf(table: Table): Matrix | null {
  const size = table.rows.length;
  const labelled = table.columns.length === size + 1;
  if (size < 2 || size > 60 || !(labelled || table.columns.length === size)) return null;
  const cells = table.rows.map((row) => (labelled ? row.slice(1) : row));
  if (!cells.every((row) => row.length === size && row.every(isNumeric))) return null;
  return {
    rows: labelled ? (table.columns[0] ?? '') : '',
    labels: labelled ? table.columns.slice(1) : table.columns,
    values: cells.map((row) => row.map(Number)),
  };
}

/** The greatest value on the diagonal and off it, of all that are compared: one shade then means one number. */
export function deepest(matrices: readonly Matrix[]): { right: number; wrong: number } {
  const most = { right: 0, wrong: 0 };
  for (const { values } of matrices) {
    for (const [index, row] of values.entries()) {
      for (const [place, value] of row.entries()) {
        const which = index === place ? 'right' : 'wrong';
        most[which] = Math.max(most[which], value);
      }
    }
  }
  return most;
}

/** How much of a matrix is on its diagonal; null where that says nothing. */
export function diagonal({ values }: Matrix): { on: number; all: number } | null {
  const all = values.flat();
  if (all.some((value) => value < 0)) return null;
  const sum = all.reduce((total, value) => total + value, 0);
  return sum > 0
    ? { on: values.reduce((total, row, index) => total + (row[index] ?? 0), 0), all: sum }
    : null;
}

/** The columns that hold numbers only, and more than one. */
export function numericColumns(table: Table): string[] {
  return table.columns.filter((_, index) => {
    const values = table.rows.map((row) => row[index] ?? '').filter((text) => text !== '');
    return values.length > 1 && values.every(isNumeric);
  });
}

export function columnValues(table: Table, name: string): number[] {
  const index = table.columns.indexOf(name);
  if (index < 0) return [];
  return table.rows.flatMap((row) => (isNumeric(row[index] ?? '') ? [Number(row[index])] : []));
}

export interface Histogram {
  edges: number[];
  /** For each set of values, how many are in each bin; the last bin has its upper edge. */
  counts: number[][];
}

/** One set of bins for all, so that their heights can be compared; null where there is nothing to count. */
export function histogram(sets: readonly (readonly number[])[], bins = 20): Histogram | null {
  const all = sets.flat().filter(Number.isFinite);
  if (all.length === 0) return null;
  const low = all.reduce((least, value) => Math.min(least, value));
  const high = all.reduce((most, value) => Math.max(most, value));
  const width = high === low ? 1 : (high - low) / bins;
  const size = high === low ? 1 : bins;
  const edges = Array.from({ length: size + 1 }, (_, index) => low + index * width);
  const counts = sets.map((values) => {
    const found = Array<number>(size).fill(0);
    for (const value of values.filter(Number.isFinite)) {
      const at = Math.min(size - 1, Math.floor((value - low) / width));
      found[at] = (found[at] ?? 0) + 1;
    }
    return found;
  });
  return { edges, counts };
}
