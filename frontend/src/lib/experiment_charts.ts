// Charts of an experiment: what is asked of the server, and what is drawn of its data.

import type { Chart, ChartColumn, ChartMark, ChartQuery, Column, Value } from '../api/schema';
import type { ChartsView, ScaleKind } from './charts_view';
import { isInternal, isSystem } from './columns';
import { short, toNumber } from './numbers';
import { categoryScale, numberScale, type Scale } from './scale';
import { fieldOf } from './view';

export type Kind = ChartQuery['kind'];
/** What to ask of the server for a chart of the page. */
export function queryOf(kind: Kind, view: ChartsView, filter: string): Omit<ChartQuery, 'experiment'> {
  const query = { kind, filter };
  if (kind === 'scatter') return { ...query, x: view.x, y: view.y, colour: view.colour };
  if (kind === 'pareto') return { ...query, x: view.paretoX, y: view.paretoY };
  if (kind === 'contour') return { ...query, x: view.contourX, y: view.contourY };
  if (kind === 'parallel') return { ...query, axes: view.axes };
  return query;
}

/** The query string at which the server draws or writes the same chart. */
export function fileSearch(
  query: Omit<ChartQuery, 'experiment'>,
  scales: Record<string, ScaleKind | null>,
): string {
  const given = new URLSearchParams();
  for (const name of ['filter', 'x', 'y', 'colour'] as const) {
    const text = query[name];
    if (text) given.set(name, text);
  }
  for (const axis of query.axes ?? []) given.append('axes', axis);
  for (const [name, kind] of Object.entries(scales)) if (kind !== null) given.set(name, kind);
  const text = given.toString();
  return text === '' ? '' : `?${text}`;
}

export interface Offered {
  field: string;
  text: string;
}

/** The fields that an axis can have. */
export function offeredFields(columns: readonly Column[]): { group: string; fields: Offered[] }[] {
  const params = columns.filter(({ kind, distinct }) => kind === 'param' && distinct > 1);
  const metrics = columns.filter(({ kind, key }) => kind === 'metric' && !isSystem(key) && !isInternal(key));
  const ways: [string, string][] = [
    ['at_best', 'at the best step'],
    ['', 'last'],
    ['max', 'highest'],
    ['min', 'lowest'],
  ];
  return [
    { group: 'Parameters', fields: params.map(({ key }) => ({ field: fieldOf('params', key), text: key })) },
    {
      group: 'Metrics',
      fields: metrics.flatMap(({ key }) =>
        ways.map(([way, word]) => {
          const field = fieldOf('metrics', key);
          return { field: way === '' ? field : `${way}(${field})`, text: `${key}, ${word}` };
        }),
      ),
    },
    {
      group: 'Facts',
      fields: [
        { field: 'start_time', text: 'started' },
        { field: 'duration', text: 'duration in seconds' },
      ],
    },
  ];
}

export function numbersOf(column: ChartColumn): number[] {
  const { categories } = column;
  if (categories !== null)
    return column.values.map((value) => (value === null ? Number.NaN : categories.indexOf(String(value))));
  return column.values.map((value) => (value === null ? Number.NaN : toNumber(value as Value)));
}

export function axisOf(column: ChartColumn, kind: ScaleKind | null, from: number, to: number): Scale {
  if (column.categories !== null) return categoryScale(column.categories, from, to);
  const scale = numberScale(numbersOf(column), isLog(column, kind), from, to);
  if (column.field !== 'start_time') return scale;
  return { ...scale, ticks: scale.ticks.map(({ at }) => ({ at, text: moment(scale.value(at)).slice(5) })) };
}

export function isLog(column: ChartColumn, kind: ScaleKind | null): boolean {
  return column.categories === null && (kind === null ? column.log : kind === 'log');
}

/** To the minute, in UTC: 2026-11-25 18:40. */
function moment(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

/** A value as a reader sees it. */
export function shownValue(column: ChartColumn, place: number): string {
  const value = column.values[place] ?? null;
  if (value === null) return '–';
  if (column.categories !== null) return String(value);
  return column.field === 'start_time' ? moment(Number(value)) : short(value as Value);
}

const STATES: Record<NonNullable<ChartMark['unranked']>, string> = {
  running: 'running',
  failed: 'failed',
  not_finite: 'diverged',
  infeasible: 'outside the constraints',
  no_value: 'without a value',
};

export function stateWord(mark: ChartMark): string {
  return mark.unranked === null ? '' : STATES[mark.unranked];
}

/** The rows of a chart's table: candidates with their values, or what the first column names. */
export function tableOf(chart: Chart): { columns: string[]; rows: string[][] } {
  const labels = chart.columns.map(({ label }) => label);
  const count = chart.columns[0]?.values.length ?? 0;
  const rows = Array.from({ length: count }, (_, place) => {
    const values = chart.columns.map((column) => exactText(column.values[place] ?? null));
    const mark = chart.marks[place];
    return mark === undefined ? values : [mark.name, ...values, stateWord(mark)];
  });
  return { columns: chart.marks.length > 0 ? ['candidate', ...labels, 'state'] : labels, rows };
}

function exactText(value: number | string | null): string {
  return value === null ? '' : String(value);
}

/** The place of a number between the ends of a column, 0 to 1; null where it has none. */
export function shareOf(values: readonly number[]): (value: number) => number | null {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  return (value) => (!Number.isFinite(value) ? null : high === low ? 1 : (value - low) / (high - low));
}
