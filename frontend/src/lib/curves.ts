// Curves made ready to draw: one shared axis, gaps where there is no number, and what to say about them.

import type { Curve, Series, Value } from '../api/schema';
import { short, toNumber } from './numbers';
import { oddText } from './oddities';

/** Undefined: this series has no point here, draw through. Null: a point that is not a number, leave a gap. */
export type Ordinate = number | null | undefined;

export interface Aligned {
  x: number[];
  y: Ordinate[][];
}

/**
 * Merges ascending axes into one. A value that occurs n times in one curve occurs n times in the result, so no
 * point is lost where a step was logged twice.
 */
export function align(curves: readonly Pick<Curve, 'x' | 'y'>[]): Aligned {
  const most = new Map<number, number>();
  for (const { x } of curves) {
    for (const [value, from, to] of runs(x)) {
      if ((most.get(value) ?? 0) < to - from) most.set(value, to - from);
    }
  }
  const x: number[] = [];
  const places = new Map<number, number>();
  for (const value of Float64Array.from(most.keys()).sort()) {
    places.set(value, x.length);
    for (let times = most.get(value) ?? 0; times > 0; times -= 1) x.push(value);
  }
  const y = curves.map((curve) => {
    const ordinates = Array<Ordinate>(x.length).fill(undefined);
    for (const [value, from, to] of runs(curve.x)) {
      const place = places.get(value) ?? 0;
      for (let at = from; at < to; at += 1) {
        const number = toNumber(curve.y[at] ?? 'NaN');
        ordinates[place + at - from] = Number.isFinite(number) ? number : null;
      }
    }
    return ordinates;
  });
  return { x, y };
}

/** Each different value of an ascending axis with where it begins and where the next one does. */
function* runs(x: readonly number[]): Generator<[value: number, from: number, to: number]> {
  let from = 0;
  for (let to = 1; to <= x.length; to += 1) {
    if (x[to] === x[from] && to < x.length) continue;
    yield [x[from] as number, from, to];
    from = to;
  }
}

/** On a logarithmic axis what is not above zero has no place. */
export function positiveOnly(aligned: Aligned): Aligned {
  const y = aligned.y.map((values) =>
    values.map((value) => (typeof value === 'number' && value <= 0 ? null : value)),
  );
  return { x: aligned.x, y };
}

/** Whether two answers have the same curves: what nothing was added to need not be drawn again. */
export function sameCurves(a: readonly Curve[], b: readonly Curve[]): boolean {
  return a.length === b.length && a.every((curve, index) => isSame(curve, b[index] as Curve));
}

function isSame(a: Curve, b: Curve): boolean {
  const size = a.x.length;
  if (a.candidate !== b.candidate || a.key !== b.key || a.count !== b.count || size !== b.x.length)
    return false;
  for (let at = 0; at < size; at += 1) if (a.x[at] !== b.x[at] || a.y[at] !== b.y[at]) return false;
  return true;
}

export interface MetricGroup<T> {
  name: string;
  items: T[];
}

/** Metrics by the part of their name before the last slash; those of the machine come last. */
export function groupByPrefix<T extends { key: string }>(items: readonly T[]): MetricGroup<T>[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const slash = item.key.lastIndexOf('/');
    const name = slash > 0 ? item.key.slice(0, slash) : '';
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  const rank = (name: string): number => (name.startsWith('sys') ? 2 : name === '' ? 0 : 1);
  return [...groups]
    .map(([name, grouped]) => ({ name, items: grouped }))
    .sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name, 'en'));
}

/** One sentence for those who cannot see the chart. */
export function describe(series: Series): string {
  const parts = [
    `${series.key}: ${series.count} points, last ${short(series.last)} at step ${series.last_step}`,
  ];
  if (series.minimum !== null) parts.push(`lowest ${short(series.minimum)} at step ${series.minimum_step}`);
  if (series.maximum !== null) parts.push(`highest ${short(series.maximum)} at step ${series.maximum_step}`);
  if (series.has_nan) parts.push('some points are not a number');
  return `${parts.join(', ')}.`;
}

/** Moves labels apart so that none overlap, each as near to its place as can be. Positions must ascend. */
export function spread(positions: readonly number[], gap: number, low: number, high: number): number[] {
  const placed = positions.map((position) => Math.max(low, Math.min(high, position)));
  for (let index = 1; index < placed.length; index += 1) {
    placed[index] = Math.max(placed[index] as number, (placed[index - 1] as number) + gap);
  }
  let ceiling = high;
  for (let index = placed.length - 1; index >= 0; index -= 1) {
    placed[index] = Math.min(placed[index] as number, ceiling);
    ceiling = (placed[index] as number) - gap;
  }
  return placed;
}

export interface Point {
  x: number;
  value: Value;
}

type Drawn = Pick<Curve, 'x' | 'y'>;

export function lastPoint(curve: Drawn): Point | null {
  const x = curve.x.at(-1);
  const value = curve.y.at(-1);
  return x === undefined || value === undefined ? null : { x, value };
}

/** Whether curves are single values, which bars show better than an axis does. */
export function isFlat(curves: readonly Drawn[]): boolean {
  return curves.length > 0 && curves.every(({ x }) => x.length === 1);
}

/** The finite points that stand lowest and highest, each the first of its kind. */
export function extremes(curve: Drawn): { lowest: Point | null; highest: Point | null } {
  let lowest: Point | null = null;
  let highest: Point | null = null;
  curve.y.forEach((value, index) => {
    const x = curve.x[index];
    if (x === undefined || typeof value !== 'number') return;
    if (lowest === null || value < (lowest.value as number)) lowest = { x, value };
    if (highest === null || value > (highest.value as number)) highest = { x, value };
  });
  return { lowest, highest };
}

/** One sentence about several curves of one metric: how many, and between what they end. */
export function summaryOf(
  metric: string,
  curves: readonly (Drawn & { label: string })[],
  word = 'candidate',
): string {
  const ends = curves.flatMap((curve) => {
    const value = lastPoint(curve)?.value;
    return typeof value === 'number' ? [{ label: curve.label, value }] : [];
  });
  ends.sort((a, b) => a.value - b.value);
  return `${endsText(`${metric} of ${curves.length} ${curves.length === 1 ? word : `${word}s`}`, ends)}${oddText(curves)}`;
}

function endsText(head: string, ends: readonly { label: string; value: number }[]): string {
  const low = ends[0];
  const high = ends.at(-1);
  if (low === undefined || high === undefined) return `${head}, none of which ends in a number.`;
  if (ends.length === 1) return `${head}: ${high.label} ends at ${short(high.value)}.`;
  return `${head}: highest at the end ${high.label} with ${short(high.value)}, lowest ${low.label} with ${short(low.value)}.`;
}

/** The line after or before another one, around the end; from none, the first or the last. */
export function nextLine(
  lines: readonly { id: number }[],
  from: number | null,
  direction: 1 | -1,
): number | null {
  const at = lines.findIndex(({ id }) => id === from);
  const next = at < 0 ? (direction > 0 ? 0 : -1) : (at + direction) % lines.length;
  return lines.at(next)?.id ?? null;
}
