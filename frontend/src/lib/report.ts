// What a merge request or a pipeline produced, in words and signs.

import type { Report, ReportExperiment, ReportRow } from '../api/schema';
import type { Delta } from './answer';
import { count, difference, short } from './numbers';

/** Merge requests are what GitLab calls them; others know pull requests, and their sign. */
export function subjectName(subject: Report['subject'], system: string): string {
  if (subject === 'pipeline') return system === 'github' ? 'Workflow run' : 'Pipeline';
  return system === 'gitlab' || system === '' ? 'Merge request' : 'Pull request';
}

export function subjectNumber(subject: Report['subject'], number: string, system: string): string {
  const sign = subject === 'merge_request' && (system === 'gitlab' || system === '') ? '!' : '#';
  return /^\d+$/.test(number) ? sign + number : number;
}

const REASONS: Record<string, string> = {
  running: 'running',
  failed: 'failed',
  not_finite: 'diverged',
  no_value: 'no value',
  infeasible: 'outside the constraints',
};

/** Why a candidate has no rank; null for one that has. */
export function reasonOf(row: ReportRow): string | null {
  return row.unranked === null ? null : (REASONS[row.unranked] ?? row.unranked);
}

/** How much better than the target branch's best; the word says what the sign means. */
export function deltaOf(delta: number | null, target: string): Delta | null {
  if (delta === null) return null;
  if (delta === 0)
    return { arrow: '=', text: 'level', words: `the same as the best of ${target}`, tone: 'same' };
  const size = difference(delta);
  const better = delta > 0;
  return {
    arrow: better ? '▲' : '▼',
    text: `${size} ${better ? 'better' : 'worse'}`,
    words: `${size} ${better ? 'better' : 'worse'} than the best of ${target}`,
    tone: better ? 'better' : 'worse',
  };
}

export interface Verdict {
  best: ReportRow | null;
  text: string;
  delta: Delta | null;
}

/** The first sentence on an experiment: `best` is to be named before the text. */
export function verdictOf(item: ReportExperiment, target: string): Verdict {
  const best = item.produced.find(({ rank }) => rank !== null) ?? null;
  if (item.metric === '') return { best: null, text: 'No metric has been logged yet.', delta: null };
  if (best?.value == null) {
    return { best: null, text: `No candidate has finished with a value of ${item.metric} yet.`, delta: null };
  }
  const place = best.rank === 1 ? 'the best of' : `number ${best.rank} of`;
  const text = `has the ${item.goal} of these, ${short(best.value)}: ${place} ${count(item.ranked)} in the experiment`;
  return { best, text, delta: deltaOf(best.delta, target) };
}
