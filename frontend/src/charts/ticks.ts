// The numbers, spans and moments along axes.

import { short } from '../lib/numbers';
import { duration } from '../lib/times';
import type { DrawnAxis } from './types';

const UNITS: readonly [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
];
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Ticks with just the decimals that tell them apart: 0.25, 5,000, 1.5M, 2.0e-9. */
export function tickTexts(splits: readonly (number | null)[]): string[] {
  const shown = splits.filter((split) => split !== null);
  const steps = shown.slice(1).map((split, index) => Math.abs(split - (shown[index] as number)));
  const step = Math.min(...steps, Number.POSITIVE_INFINITY);
  const largest = Math.max(...shown.map(Math.abs), 0);
  return splits.map((split) => (split === null ? '' : tickText(split, step, largest)));
}

function tickText(value: number, step: number, largest: number): string {
  if (value === 0) return '0';
  const unit = UNITS.find(([size]) => largest >= size);
  if (unit !== undefined && largest < 1e15) return decimal(value / unit[0], step / unit[0]) + unit[1];
  if (largest >= 1e6 || largest < 1e-3)
    return value.toExponential(stepDigits(step, largest)).replace('e+', 'e');
  return decimal(value, step);
}

function decimal(value: number, step: number): string {
  const isAlone = !Number.isFinite(step);
  const decimals = isAlone ? 4 : decimalsOf(step);
  return value.toLocaleString('en-US', {
    minimumFractionDigits: isAlone ? 0 : decimals,
    maximumFractionDigits: decimals,
  });
}

/** How many decimals a distance between ticks has: 1 for 0.2, 3 for 0.025. */
function decimalsOf(step: number): number {
  for (let decimals = 0; decimals < 8; decimals += 1) {
    const scaled = step * 10 ** decimals;
    if (scaled > 0.5 && Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return decimals;
  }
  return 8;
}

function stepDigits(step: number, largest: number): number {
  if (!Number.isFinite(step) || step <= 0) return 0;
  return Math.max(0, Math.min(4, Math.ceil(Math.log10(largest / step) - 1e-9)));
}

/** A span since the start: "0", "5 s", "1 h 30 min"; nothing before it. */
export function spanText(span: number): string {
  if (span < 0) return '';
  return span === 0 ? '0' : duration(span).replace('.0 s', ' s');
}

const clock = (parts: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', { hourCycle: 'h23', ...parts });
const minutes = clock({ hour: '2-digit', minute: '2-digit' });
const seconds = clock({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const days = clock({ day: 'numeric', month: 'short' });
const months = clock({ month: 'short', year: 'numeric' });

/** Moments in the reader's time zone: the time of day, and the day where one begins and at the first. */
export function timeTexts(splits: readonly number[]): string[] {
  const step = Math.min(
    ...splits.slice(1).map((at, index) => at - (splits[index] as number)),
    Number.POSITIVE_INFINITY,
  );
  if (step >= 27 * DAY && Number.isFinite(step)) return splits.map((at) => months.format(at));
  const times = step < MINUTE ? seconds : minutes;
  const isMidnight = (at: number): boolean => seconds.format(at) === '00:00:00';
  return splits.map((at, place) => {
    if (isMidnight(at) || step >= DAY - 2 * 60 * MINUTE) return days.format(at);
    return place === 0 ? `${days.format(at)} ${times.format(at)}` : times.format(at);
  });
}

/** A place on the horizontal axis, in words: "step 12", "after 3 min 20 s", a moment. */
export function placeText(x: number, axis: DrawnAxis): string {
  if (axis === 'step') return `step ${x.toLocaleString('en-US')}`;
  if (axis === 'metric') return `at ${short(x)}`;
  if (axis === 'relative') return `after ${duration(x)}`;
  return new Date(x).toLocaleString('en-GB');
}
