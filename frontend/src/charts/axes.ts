// Axes of curves: where their ticks are, and how they look.

import type uPlot from 'uplot';
import { spanText, tickTexts, timeTexts } from './ticks';
import type { DrawnAxis } from './types';

export interface AxisLook {
  font: string;
  ink: string;
  line: string;
}

/** Numbers beyond this have no steps in uPlot's own list. */
const HUGE = 1e30;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Between ticks of a span of time, in milliseconds. */
const SPANS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((times) => times * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((times) => times * MINUTE),
  ...[1, 2, 3, 6, 12].map((times) => times * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((times) => times * DAY),
];

/** Steps between ticks, of which the first that leaves room is taken. */
function steps(low: number, high: number, ticks: number): number[] {
  const unit = 10 ** Math.floor(Math.log10(high / ticks - low / ticks));
  return [1, 2, 5, 10, 20].map((times) => times * unit);
}

/**
 * Ticks of a logarithmic axis within [low, high]: powers of ten, at most `most` of them; 2 and 5 between them where
 * they are few, and multiples of one step where there is hardly one.
 */
export function logSplits(low: number, high: number, most: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = (last - first) * 3 <= most + 2 ? [1, 2, 5] : [1];
  const every = Math.ceil((last - first) / Math.max(1, most));
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index)
    .filter((power) => power % every === 0)
    .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)));
  const inside = all.filter((value) => value >= low && value <= high);
  if (inside.length > 1) return inside;
  const step = steps(low, high, Math.max(2, most / 2)).at(1) ?? high - low;
  const from = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - from + 1 }, (_, index) => (from + index) * step);
}

export interface AxesOf {
  axis: DrawnAxis;
  /** What the horizontal axis counts, where that is neither steps nor times. */
  along: string | undefined;
  log: boolean;
  /** The only place along the horizontal axis that has points; null where there are several. */
  only: number | null;
  /** The greatest size of a value. */
  greatest: number;
}

export function axes({ axis, along, log, only, greatest }: AxesOf, look: AxisLook): uPlot.Axis[] {
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
  if (axis === 'relative') {
    horizontal.incrs = SPANS;
    horizontal.values = (_, splits) => splits.map(spanText);
  }
  if (axis === 'wall') {
    horizontal.space = 88; // the first has its day as well
    horizontal.values = (_, splits) => timeTexts(splits);
  }
  if (along !== undefined)
    Object.assign(horizontal, { label: along, labelFont: look.font, labelSize: 18, labelGap: 2 });
  if (only !== null) horizontal.splits = () => [only];
  const vertical: uPlot.Axis = {
    ...shared,
    gap: 6,
    space: 32,
    grid: { stroke: look.line, width: 1 },
    size: (_, values) => 14 + 6.6 * Math.max(2, ...(values ?? []).map((text) => text.length)),
    values: (_, splits) => (log ? splits.map((split) => tickTexts([split])[0] ?? '') : tickTexts(splits)),
  };
  if (log) {
    vertical.splits = (chart, _, low, high) => logSplits(low, high, chart.over.clientHeight / 32 || 6);
    vertical.filter = (_, splits) => splits;
    vertical.grid = { ...vertical.grid, filter: (_, splits) => splits };
  } else if (greatest > HUGE)
    vertical.incrs = (_, __, low, high, length, space) => steps(low, high, length / (space || 32));
  return [horizontal, vertical];
}
