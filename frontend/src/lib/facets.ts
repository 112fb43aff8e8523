// Curves in small charts side by side: one for each metric, or one for each value of a parameter.

import type { CandidateRow, Column, Curve } from '../api/schema';
import type { Line } from '../charts/types';
import { isInternal, isSystem } from './columns';
import { curveLines } from './group_lines';
import { toNumber } from './numbers';
import type { Look } from './palette';

export const MOST_FACETS = 12;
/** A parameter of more values than this is no way to part candidates. */
const MOST_VALUES = 24;

export interface Facet {
  title: string;
  metric: string;
  lines: Line[];
}

/** The parameters that part candidates into a few groups. */
export function facetParams(columns: readonly Column[]): string[] {
  return columns
    .filter(({ kind, distinct }) => kind === 'param' && distinct > 1 && distinct <= MOST_VALUES)
    .map(({ key }) => key);
}

export function facetMetrics(columns: readonly Column[]): string[] {
  return columns
    .filter(({ kind, key }) => kind === 'metric' && !isSystem(key) && !isInternal(key))
    .map(({ key }) => key)
    .sort();
}

/**
 * The charts of a page: by metric where `param` is empty, that called `first` before the others and single values
 * after curves; else by the values of `param` in their order, none last.
 */
export function facets(
  rows: readonly CandidateRow[],
  curves: readonly Curve[],
  looks: ReadonlyMap<number, Look>,
  param: string,
  first = '',
): Facet[] {
  const names = new Map(rows.map(({ iid, name }) => [iid, name]));
  if (param === '') {
    const long = new Set(curves.flatMap(({ key, x }) => (x.length > 1 ? [key] : [])));
    const place = (key: string): number => (key === first ? 0 : long.has(key) ? 1 : 2);
    const keys = [...new Set(curves.map(({ key }) => key))].sort();
    return keys
      .sort((a, b) => place(a) - place(b))
      .map((key) => ({
        title: key,
        metric: key,
        lines: curveLines(
          curves.filter((curve) => curve.key === key),
          names,
          looks,
        ),
      }));
  }
  const values = [...new Set(rows.map(({ params }) => params[param]))].sort(byValue);
  return values.flatMap((value): Facet[] => {
    const inside = new Set(rows.filter(({ params }) => params[param] === value).map(({ iid }) => iid));
    const found = curves.filter(({ candidate }) => inside.has(candidate));
    const metric = found[0]?.key;
    if (metric === undefined) return [];
    const title = value === undefined ? `without ${param}` : `${param} ${value}`;
    return [{ title, metric, lines: curveLines(found, names, looks) }];
  });
}

function byValue(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  const [x, y] = [Number(a), Number(b)];
  return Number.isFinite(x) && Number.isFinite(y) ? x - y : a.localeCompare(b, 'en');
}

/** The least and the greatest value that any of the charts shows, so that they share an axis; null where none has one. */
export function sharedRange(shown: readonly Facet[]): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { lines } of shown)
    for (const { y } of lines)
      for (const raw of y) {
        const value = toNumber(raw);
        if (!Number.isFinite(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
  return low <= high ? [low, high] : null;
}
