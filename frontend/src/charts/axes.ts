// Axes and their numbers.

import type uPlot from 'uplot';
import { short } from '../lib/numbers';
import { duration } from '../lib/times';
import type { DrawnAxis } from './types';

/** Ticks with just the decimals that tell them apart. */
export function tickTexts(splits: readonly (number | null)[]): string[] {
  const shown = splits.filter((split) => split !== null);
  const steps = shown.slice(1).map((split, index) => Math.abs(split - (shown[index] as number)));
  const step = Math.min(...steps, Number.POSITIVE_INFINITY);
  const largest = Math.max(...shown.map(Math.abs), 0);
  return splits.map((split) => (split === null ? '' : tickText(split, step, largest)));
}

function tickText(value: number, step: number, largest: number): string {
  if (value === 0) return '0';
  if (largest >= 1e6 || largest < 1e-3)
    return value.toExponential(stepDigits(step, largest)).replace('e+', 'e');
  const decimals = Number.isFinite(step) ? decimalsOf(step) : 3;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
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
  if (!Number.isFinite(step) || step <= 0) return 1;
  return Math.max(0, Math.min(4, Math.ceil(Math.log10(largest / step) - 1e-9)));
}

/** Powers of ten, and the numbers between them only where there is room. */
export function logTexts(splits: readonly (number | null)[]): string[] {
  const decades = splits.filter((split) => split !== null && Math.log10(split) % 1 === 0).length;
  return splits.map((split) => {
    if (split === null) return '';
    const isDecade = Math.abs(Math.log10(split) - Math.round(Math.log10(split))) < 1e-9;
    if (!isDecade && decades > 1) return '';
    return split >= 1e5 || split < 1e-3
      ? split.toExponential(0).replace('e+', 'e')
      : String(Number(split.toPrecision(3)));
  });
}

/** A place on the horizontal axis, in words: "step 12", "3 min 20 s", a moment. */
export function placeText(x: number, axis: DrawnAxis): string {
  if (axis === 'step') return `step ${x.toLocaleString('en-US')}`;
  if (axis === 'metric') return `at ${short(x)}`;
  if (axis === 'relative') return `after ${duration(x)}`;
  return new Date(x).toLocaleString('en-GB');
}

export interface AxisLook {
  font: string;
  ink: string;
  line: string;
}

/** Numbers beyond this have no steps in uPlot's own list. */
const HUGE = 1e30;

/** Steps between ticks, of which the first that leaves room is taken. */
function steps(low: number, high: number, ticks: number): number[] {
  const unit = 10 ** Math.floor(Math.log10(high / ticks - low / ticks));
  return [1, 2, 5, 10, 20].map((times) => times * unit);
}

export interface AxesOf {
  axis: DrawnAxis;
  log: boolean;
  /** The only place along the horizontal axis that has points; null where there are several. */
  only: number | null;
  /** The greatest size of a value. */
  greatest: number;
}

export function axes({ axis, log, only, greatest }: AxesOf, look: AxisLook): uPlot.Axis[] {
  const shared = {
    font: look.font,
    stroke: look.ink,
    ticks: { show: false },
    border: { show: false },
  };
  const horizontal: uPlot.Axis = {
    ...shared,
    size: 26,
    gap: 6,
    space: 64,
    grid: { show: false },
    border: { show: true, stroke: look.line, width: 1 },
  };
  if (axis === 'step')
    horizontal.values = (_, splits) => splits.map((x) => (x % 1 === 0 ? x.toLocaleString('en-US') : ''));
  if (axis === 'metric') horizontal.values = (_, splits) => tickTexts(splits);
  if (axis === 'relative') horizontal.values = (_, splits) => splits.map((x) => (x < 0 ? '' : duration(x)));
  if (only !== null) horizontal.splits = () => [only];
  const vertical: uPlot.Axis = {
    ...shared,
    gap: 6,
    space: 32,
    grid: { stroke: look.line, width: 1 },
    size: (_, values) => 14 + 6.6 * Math.max(2, ...(values ?? []).map((text) => text.length)),
    values: (_, splits) => (log ? logTexts(splits) : tickTexts(splits)),
  };
  if (greatest > HUGE && !log)
    vertical.incrs = (_, __, low, high, length, space) => steps(low, high, length / (space || 32));
  return [horizontal, vertical];
}
