// What the cells of the table of candidates say.

import type { CandidateRow, Goal, SeedRow, Value } from '../api/schema';
import { metricOf } from './answer';
import type { TableColumn } from './columns';
import { columnFormat, exact, short, shortParam, toNumber } from './numbers';
import { duration, exactSpan, exactTime, relativeTime } from './times';

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

/** The cell of a row; its text has every digit and the whole time where the reader wants them `whole`. */
export function cellOf(
  column: TableColumn,
  row: CandidateRow,
  format: Format | undefined,
  now: number,
  whole = false,
): Cell {
  switch (column.kind) {
    case 'metric': {
      const value = metricOf(row, column.key);
      if (value === undefined) return NOTHING;
      if (row.group !== null) return mean(row.group, column.key, value, whole);
      return {
        text: (whole ? undefined : format?.(value)) ?? exact(value),
        exact: exact(value),
        odd: !Number.isFinite(toNumber(value)),
      };
    }
    case 'param':
      return plain(row.params[column.key], whole ? asIs : shortParam);
    case 'metadata':
      return plain(row.metadata[column.key], asIs);
    case 'ci':
      return plain(row.ci[column.key], column.key === 'sha' && !whole ? (text) => text.slice(0, 10) : asIs);
    case 'fact':
      return fact(column.id, row, now, whole);
  }
}

/** The exact value of a cell; of a ranked candidate's metric with the step that it is read at, and the last value. */
export function described(
  column: TableColumn,
  row: CandidateRow,
  goal: Goal | null,
  exactText: string,
): string {
  const step = row.standing?.rank == null ? null : row.standing.step;
  if (goal === null || step === null || column.kind !== 'metric' || exactText === '') return exactText;
  const last = row.metrics[column.key];
  return `${exactText} at step ${step}${last === undefined ? '' : `, last ${exact(last)}`}`;
}

/** `0.8503 ± 0.01069`, with every digit and the number of members where there is room. */
function mean({ n, deviations }: SeedRow, key: string, value: Value, whole: boolean): Cell {
  const deviation = deviations[key];
  const written = whole ? exact : short;
  const spread = deviation === undefined ? '' : ` ± ${written(deviation)}`;
  const said = deviation === undefined ? '' : `, standard deviation ${exact(deviation)}`;
  return { text: `${written(value)}${spread}`, exact: `mean ${exact(value)}${said}, n = ${n}`, odd: false };
}

const asIs = (text: string): string => text;

function plain(value: string | undefined, shorten: (text: string) => string): Cell {
  if (value === undefined) return NOTHING;
  return { text: shorten(value), exact: value, odd: false };
}

function fact(id: string, row: CandidateRow, now: number, whole: boolean): Cell {
  if (id === 'start_time') {
    const said = exactTime(row.start_time);
    return { text: whole ? said : relativeTime(row.start_time, now), exact: said, odd: false };
  }
  if (id === 'duration') {
    const end = row.end_time ?? (row.status === 'running' ? now : null);
    if (end === null) return NOTHING;
    const milliseconds = end - row.start_time;
    const said = exactSpan(milliseconds);
    return { text: whole ? said : duration(milliseconds), exact: said, odd: false };
  }
  if (id === 'note')
    return plain(row.note === '' ? undefined : row.note, (text) => text.split('\n', 1)[0] ?? '');
  const text = id === 'status' ? row.status : id === 'iid' ? String(row.iid) : row.created_by;
  return { text, exact: text, odd: false };
}
