// Candidates beside each other: their address, their deltas in words, and what fits into a summary.

import type { ComparedCandidate, ComparedMetric, LoggedImage, MetricCell } from '../api/schema';
import type { Axis } from '../api/types';
import type { Range } from '../charts/types';
import { stepOf } from './image_series';
import { difference, toNumber } from './numbers';
import { smoothOf } from './smooth';
import { putRange, rangeOf } from './span';

/** More candidates than this get a summary in place of a column each. */
export const MOST_COLUMNS = 8;
export const MOST_COMPARED = 100;

export interface CompareView {
  /** Iids; the first is the baseline. */
  candidates: number[];
  /** Null: the metric of the goal. */
  metric: string | null;
  axis: Axis;
  log: boolean;
  /** Weight of the average that is drawn over curves; 0 draws none. */
  smooth: number;
  /** Whether the vertical axis leaves out the few values that lie far from all others. */
  clip: boolean;
  /** The part of the horizontal axis that is shown; null: all of it. */
  range: Range | null;
  /** The step of the pictures; null: the last. */
  step: number | null;
  /** The path of the tables that stand side by side; empty: the one that most have. */
  table: string;
  /** The column of it whose histogram is shown; empty: none. */
  column: string;
}

export function parseCompare(search: string): CompareView {
  const given = new URLSearchParams(search);
  const words = (given.get('candidates') ?? '').split(/[.,]/);
  const axis = given.get('axis');
  return {
    candidates: [...new Set(words.filter((word) => /^[1-9]\d{0,14}$/.test(word)).map(Number))],
    metric: given.get('metric'),
    axis: axis === 'relative' || axis === 'wall' ? axis : 'step',
    log: given.get('scale') === 'log',
    smooth: smoothOf(given.get('smooth')),
    clip: given.get('outliers') === 'off',
    range: rangeOf(given),
    step: stepOf(given.get('step')),
    table: given.get('table') ?? '',
    column: given.get('column') ?? '',
  };
}

export function compareSearch(view: CompareView): string {
  const given = new URLSearchParams();
  if (view.candidates.length > 0) given.set('candidates', view.candidates.join('.'));
  if (view.metric !== null) given.set('metric', view.metric);
  if (view.axis !== 'step') given.set('axis', view.axis);
  if (view.log) given.set('scale', 'log');
  if (view.smooth > 0) given.set('smooth', String(view.smooth));
  if (view.clip) given.set('outliers', 'off');
  putRange(given, view.range);
  if (view.step !== null) given.set('step', String(view.step));
  if (view.table !== '') given.set('table', view.table);
  if (view.column !== '') given.set('column', view.column);
  const text = given.toString();
  return text === '' ? '' : `?${text}`;
}

export interface DeltaText {
  arrow: string;
  text: string;
  words: string;
  tone: 'better' | 'worse' | 'same' | 'unknown';
}

/** The distance to the baseline: the sign is that of the number, the word that of the metric's direction. */
export function deltaText(
  cell: Pick<MetricCell, 'delta' | 'better'>,
  baseline = 'the baseline',
): DeltaText | null {
  const { delta } = cell;
  if (delta === null) return null;
  if (delta === 0) return { arrow: '=', text: 'equal', words: `the same as ${baseline}`, tone: 'same' };
  const tone = cell.better === null ? 'unknown' : cell.better ? 'better' : 'worse';
  const size = difference(delta);
  const judged = tone === 'unknown' ? '' : `, ${tone}`;
  return {
    arrow: delta > 0 ? '▲' : '▼',
    text: `${delta > 0 ? '+' : '−'}${size}`,
    words: `${size} ${delta > 0 ? 'higher' : 'lower'} than ${baseline}${judged}`,
    tone,
  };
}

/** Those that have a rank, the best first. */
export function ranked(candidates: readonly ComparedCandidate[]): ComparedCandidate[] {
  return candidates.filter(({ rank }) => rank !== null).sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
}

/** Why a candidate has no rank, in a word or two; null for one that has. */
export function standingText(candidate: ComparedCandidate): string | null {
  if (candidate.deleted) return 'deleted';
  switch (candidate.unranked) {
    case null:
      return null;
    case 'not_finite':
      return 'diverged';
    case 'no_value':
      return 'no value';
    case 'infeasible':
      return 'outside the constraints';
    case 'failed':
    case 'running':
      return candidate.status;
  }
}

export interface Extent {
  lowest: number;
  median: number;
  highest: number;
  /** How many candidates these are of. */
  count: number;
}

/** What many candidates have of a metric; those that failed or diverged count for nothing. */
export function extentOf(row: ComparedMetric, candidates: readonly ComparedCandidate[]): Extent | null {
  const values = row.cells
    .filter((_, index) => !leftOut(candidates[index]))
    .flatMap(({ value }) => (value === null ? [] : [toNumber(value)]))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (values.length === 0) return null;
  const middle = (values.length - 1) / 2;
  const low = values[Math.floor(middle)] as number;
  const high = values[Math.ceil(middle)] as number;
  return {
    lowest: values[0] as number,
    median: low + (high - low) / 2,
    highest: values.at(-1) as number,
    count: values.length,
  };
}

function leftOut(candidate: ComparedCandidate | undefined): boolean {
  return candidate?.unranked === 'failed' || candidate?.unranked === 'not_finite';
}

/** Each different text with how many candidates have it, the most frequent first. */
export function tally(values: readonly (string | null)[]): { text: string | null; count: number }[] {
  const counts = new Map<string | null, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([text, count]) => ({ text, count })).sort((a, b) => b.count - a.count);
}

/** The steps at which any of the pictures was logged, in order. */
export function stepsOf(images: readonly LoggedImage[]): number[] {
  return [...new Set(images.flatMap(({ step }) => (step === null ? [] : [step])))].sort((a, b) => a - b);
}

/** The picture that stands for a step: the last that was logged by then; of pictures without steps, the last. */
export function imageAt(images: readonly LoggedImage[], step: number | null): LoggedImage | null {
  let found: LoggedImage | null = null;
  for (const image of images) {
    if (step !== null && image.step !== null && image.step > step) continue;
    if (found === null || (image.step ?? -1) >= (found.step ?? -1)) found = image;
  }
  return found;
}

/** The query string at which the server draws or lists pictures; of all series where none is named. */
export function picturesSearch(
  candidates: readonly number[],
  step: number | null,
  series: readonly string[] = [],
): string {
  const given = new URLSearchParams();
  given.set('candidates', candidates.join('.'));
  for (const name of series) given.append('series', name);
  if (step !== null) given.set('step', String(step));
  return `?${given}`;
}
