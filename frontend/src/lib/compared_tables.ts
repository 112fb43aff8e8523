// Tables of several candidates beside each other: where they are, what they share, and all of them as one table.

import type { ComparedTables, TableFile, TableMatrix, TablePanel } from '../api/schema';
import type { Table } from './tables';

/** The paths of the tables, those that most candidates have first. */
export function tablePaths(tables: readonly TableFile[]): string[] {
  const counts = new Map<string, number>();
  for (const { path } of tables) counts.set(path, (counts.get(path) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b, 'en')).map(([path]) => path);
}

/** The query string at which the server draws or writes the tables that the page shows. */
export function tablesSearch(candidates: readonly number[], path: string, column: string): string {
  const given = new URLSearchParams({ candidates: candidates.join('.'), path });
  if (column !== '') given.set('column', column);
  return `?${given}`;
}

/** The greatest value on the diagonal and off it, of all that are compared: one shade then means one number. */
export function deepest(matrices: readonly TableMatrix[]): { right: number; wrong: number } {
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

/** What is shown as one table: the bars with their counts, or the tables below each other. */
export function joinedTable({ kind, edges, panels }: ComparedTables): Table {
  if (kind === 'histograms') {
    return {
      columns: ['from', 'to', ...panels.map(({ name }) => name)],
      rows: edges
        .slice(0, -1)
        .map((edge, bin) =>
          [edge, edges[bin + 1] ?? edge, ...panels.map(({ counts }) => counts[bin] ?? 0)].map(String),
        ),
    };
  }
  const columns = [...new Set(panels.flatMap((panel) => panel.columns))];
  return { columns: ['candidate', ...columns], rows: panels.flatMap((panel) => namedRows(panel, columns)) };
}

function namedRows(panel: TablePanel, columns: readonly string[]): string[][] {
  const places = columns.map((column) => panel.columns.indexOf(column));
  return panel.rows.map((row) => [panel.name, ...places.map((place) => row[place] ?? '')]);
}
