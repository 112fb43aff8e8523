// What an axis shows when a few values lie far from all others.

import type { Value } from '../api/schema';
import type { Line } from '../charts/types';
import { toNumber } from './numbers';

export interface Trimmed {
  low: number;
  high: number;
  /** How many values lie outside. */
  outside: number;
}

/**
 * The range that holds all but values further than three times the distance between the quartiles beyond them; null
 * where nothing lies so far away.
 */
export function withoutOutliers(values: readonly Value[]): Trimmed | null {
  const sorted = values
    .map(toNumber)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (sorted.length < 8) return null;
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number;
  const [first, third] = [at(0.25), at(0.75)];
  const room = 3 * (third - first);
  if (room === 0) return null;
  const inside = sorted.filter((value) => value >= first - room && value <= third + room);
  const outside = sorted.length - inside.length;
  if (outside === 0) return null;
  return { low: inside[0] as number, high: inside.at(-1) as number, outside };
}

/** The same for lines; on a logarithmic axis, for what has a place there. */
export function trimmedLines(lines: readonly Pick<Line, 'y'>[], log: boolean): Trimmed | null {
  const values = lines.flatMap(({ y }) => y);
  return withoutOutliers(log ? values.filter((value) => toNumber(value) > 0) : values);
}

/** What a logarithmic axis cannot show of lines, said; empty where it shows all. */
export function logNote(lines: readonly Pick<Line, 'y'>[], log: boolean): string {
  const isLost =
    log && lines.some(({ y }) => y.map(toNumber).some((value) => Number.isFinite(value) && value <= 0));
  return isLost ? 'Values of zero and below have no place on the logarithmic axis.' : '';
}
