// The answer of an experiment in words and signs.

import type { Answer, CandidateRow, Ending, Goal, Leader, Score, Value } from '../api/schema';
import { count, difference, short, toNumber } from './numbers';
import { oddWords } from './oddities';
import { fieldOf } from './view';

/** `highest val/acc`, `lowest mean of the last 5 val/loss`, `highest val/acc and lowest latency_ms`. */
export function goalText(goal: Goal): string {
  const { second } = goal;
  const also = second
    ? ` and ${second.direction === 'maximize' ? 'highest' : 'lowest'} ${second.metric}`
    : '';
  return firstText(goal) + also;
}

function firstText(goal: Goal): string {
  const word = goal.direction === 'maximize' ? 'highest' : 'lowest';
  if (goal.reduction === 'last') return `${word} last ${goal.metric}`;
  if (goal.reduction === 'mean_last') return `${word} mean of the last ${goal.last} ${goal.metric}`;
  return `${word} ${goal.metric}`;
}

/** Who is on the Pareto front, in words; empty without a second metric, or while nobody is. */
export function frontText({ goal, front }: Answer): string {
  if (!goal?.second || !front) return '';
  return `${count(front)} ${front === 1 ? 'candidate is' : 'candidates are'} on the Pareto front of ${goal.metric} and ${goal.second.metric}`;
}

/** The Pareto chart of both metrics of a goal, on the page of the experiment. */
export function frontSearch(goal: Goal): string {
  const first = fieldOf('metrics', goal.metric);
  const extreme = goal.direction === 'maximize' ? 'max' : 'min';
  const given = new URLSearchParams({
    show: 'charts',
    front_x: `at_best(${fieldOf('metrics', goal.second?.metric ?? '')})`,
    front_y: goal.reduction === 'best' ? `${extreme}(${first})` : first,
  });
  return `?${given}#pareto`;
}

/** What the mark of a row on the Pareto front means; null for a row that is not on it. */
export function frontMark(goal: Goal | null, row: CandidateRow): string | null {
  if (!goal?.second || !row.standing?.pareto) return null;
  const both = `${goal.metric} and ${goal.second.metric}`;
  if (row.group !== null) return `Of these candidates at least one is on the Pareto front of ${both}`;
  return `No candidate is better in both ${both}`;
}

/** A metric in a row: at the step that ranks the candidate, where it is ranked and has one by then; else the last. */
export function metricOf(row: CandidateRow, key: string): Value | undefined {
  const standing = row.standing?.rank == null ? null : row.standing;
  return standing?.at_step[key] ?? row.metrics[key];
}

/** Why a row of a ranked page has no rank; null for one that has. */
export function unrankedReason(row: CandidateRow): string | null {
  const { standing } = row;
  const ending = standing?.ending ?? null;
  switch (standing?.unranked) {
    case undefined:
    case null:
      return null;
    case 'not_finite':
      return (
        (ending && oddWords(ending)) || `${short(standing?.value ?? 'NaN')} at step ${standing?.step ?? '?'}`
      );
    case 'infeasible':
      return 'outside the constraints';
    case 'no_value':
      return 'no value';
    case 'failed':
      return `${row.status === 'killed' ? 'killed' : 'failed'}${ending ? `, ${stopped(ending)}` : ''}`;
    case 'running':
      return row.status;
  }
}

const stopped = (ending: Ending): string => oddWords(ending) || `last step ${count(ending.last_step)}`;

export interface Delta {
  arrow: string;
  text: string;
  words: string;
  tone: 'better' | 'worse' | 'same';
}

/** How far a ranked row is from the baseline; the sign is that of the number, the word that of the goal. */
export function deltaTo(goal: Goal, baseline: Score | null, row: CandidateRow): Delta | null {
  const value = row.standing?.value;
  const base = baseline?.value;
  if (row.standing?.rank == null || value == null || base == null || row.iid === baseline?.iid) return null;
  const distance = toNumber(value) - toNumber(base);
  if (!Number.isFinite(distance)) return null;
  if (distance === 0) return { arrow: '=', text: '', words: 'the same as the baseline', tone: 'same' };
  const tone = distance > 0 === (goal.direction === 'maximize') ? 'better' : 'worse';
  // Digits under digits: those of a column keep their zeros.
  const size = short(Math.abs(distance), 2);
  return {
    arrow: distance > 0 ? '▲' : '▼',
    text: `${distance > 0 ? '+' : '−'}${size}`,
    words: `${size} ${distance > 0 ? 'higher' : 'lower'} than the baseline, ${tone}`,
    tone,
  };
}

/** The distance as it stands before the value; where there is little room, only which way beside a mean and its spread. */
export function distanceText(delta: Delta, row: CandidateRow, narrow: boolean): string {
  return narrow && row.group !== null ? delta.arrow : delta.arrow + delta.text;
}

/** How far the best is from whom it is compared with: `0.01 ahead of the runner-up`; empty where there is nobody. */
export function leadText({ best, other, lead, goal }: Leader): string {
  if (best === null || other === null || lead === null || other.iid === best.iid) return '';
  const whom = goal.baseline === other.iid ? 'the baseline' : 'the runner-up';
  if (lead === 0) return `level with ${whom}`;
  return `${difference(lead)} ${lead > 0 ? 'ahead of' : 'behind'} ${whom}`;
}

/** `18 ranked`, `1 failed`: what there is of each kind. */
export function counts(answer: Answer): string[] {
  const found: [number, string][] = [
    [answer.ranked, 'ranked'],
    [answer.running, 'running'],
    [answer.failed, 'failed'],
    [answer.not_finite, 'diverged'],
    [answer.infeasible, 'outside the constraints'],
    [answer.no_value, 'without a value'],
  ];
  return found
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count.toLocaleString('en-US')} ${what}`);
}
