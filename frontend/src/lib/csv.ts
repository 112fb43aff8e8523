// The table of candidates as comma-separated values, for a spreadsheet or a program.

import type { CandidateRow } from '../api/schema';
import type { TableColumn } from './columns';
import { isNumeric } from './numbers';

/** The header line for the columns, then one line per row; lines end as RFC 4180 says. */
export function csvText(columns: readonly TableColumn[], rows: readonly CandidateRow[]): string {
  const head = ['iid', 'name', 'external_id', ...columns.map(({ id }) => id)];
  const lines = rows.map((row) => [
    String(row.iid),
    row.name,
    row.external_id,
    ...columns.map((column) => rawText(column, row)),
  ]);
  return [head, ...lines].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

/** A value with every digit that it has; moments in UTC. */
function rawText(column: TableColumn, row: CandidateRow): string {
  if (column.kind === 'metric') return String(row.metrics[column.key] ?? '');
  if (column.kind === 'param') return row.params[column.key] ?? '';
  if (column.kind === 'ci') return row.ci[column.key] ?? '';
  if (column.kind === 'metadata') return row.metadata[column.key] ?? '';
  switch (column.id) {
    case 'status':
      return row.status;
    case 'start_time':
      return new Date(row.start_time).toISOString();
    case 'duration':
      return row.end_time === null ? '' : String(row.end_time - row.start_time);
    case 'iid':
      return String(row.iid);
    default:
      return row.created_by;
  }
}

/** A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !isNumeric(text) && text !== '-Infinity' ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
