// What the cells of the table of candidates say.

import type { CandidateRow, Value } from '../api/schema';
import { metricOf } from './answer';
import type { TableColumn } from './columns';
import { columnFormat, exact, shortParam, toNumber } from './numbers';
import { duration, exactTime, relativeTime } from './times';

export type Format = (value: Value) => string;

export interface Cell {
  text: string;
  /** Everything that the value is, where the text is shorter; otherwise the text. */
  exact: string;
  /** A metric that is no finite number. */
  odd: boolean;
}

const NOTHING: Cell = { text: '', exact: '', odd: false };

/** One way of writing per metric, from the rows that are there. */
export function formatsOf(
  columns: readonly TableColumn[],
  rows: readonly CandidateRow[],
): Map<string, Format> {
  const metrics = columns.filter(({ kind }) => kind === 'metric');
  return new Map(
    metrics.map(({ id, key }) => [id, columnFormat(rows.flatMap((row) => metricOf(row, key) ?? []))]),
  );
}

export function cellOf(
  column: TableColumn,
  row: CandidateRow,
  format: Format | undefined,
  now: number,
): Cell {
  switch (column.kind) {
    case 'metric': {
      const value = metricOf(row, column.key);
      if (value === undefined) return NOTHING;
      return {
        text: format?.(value) ?? exact(value),
        exact: exact(value),
        odd: !Number.isFinite(toNumber(value)),
      };
    }
    case 'param':
      return plain(row.params[column.key], shortParam);
    case 'metadata':
      return plain(row.metadata[column.key], (text) => text);
    case 'ci':
      return plain(row.ci[column.key], (text) => (column.key === 'sha' ? text.slice(0, 10) : text));
    case 'fact':
      return fact(column.id, row, now);
  }
}

function plain(value: string | undefined, shorten: (text: string) => string): Cell {
  if (value === undefined) return NOTHING;
  return { text: shorten(value), exact: value, odd: false };
}

function fact(id: string, row: CandidateRow, now: number): Cell {
  if (id === 'start_time') {
    return { text: relativeTime(row.start_time, now), exact: exactTime(row.start_time), odd: false };
  }
  if (id === 'duration') {
    const end = row.end_time ?? (row.status === 'running' ? now : null);
    if (end === null) return NOTHING;
    const milliseconds = Math.max(0, end - row.start_time);
    return { text: duration(milliseconds), exact: `${milliseconds.toLocaleString('en-US')} ms`, odd: false };
  }
  const text = id === 'status' ? row.status : id === 'iid' ? String(row.iid) : row.created_by;
  return { text, exact: text, odd: false };
}
