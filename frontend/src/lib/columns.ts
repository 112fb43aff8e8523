// The columns of a table of candidates: which there are, which are shown at first, and how wide they are.

import type { CandidateRow, Column, Goal } from '../api/schema';
import { metricOf } from './answer';
import { isNumeric } from './numbers';
import { fieldOf } from './view';

export type ColumnKind = 'metric' | 'param' | 'metadata' | 'ci' | 'fact';

export interface TableColumn {
  /** `metrics.val/acc`, `params.lr`, `metadata.team`, or the name of a fact. */
  id: string;
  kind: ColumnKind;
  key: string;
  title: string;
  /** The field of the filter grammar; null when the server cannot order by it. */
  field: string | null;
  /** How many candidates have a value. */
  candidates: number;
}

export const GROUPS: Record<Exclude<ColumnKind, 'fact'>, string> = {
  metric: 'metrics',
  param: 'params',
  metadata: 'metadata',
  ci: 'ci',
};

export const FACTS: readonly TableColumn[] = [
  fact('status', 'Status', 'status'),
  fact('start_time', 'Started', 'start_time'),
  fact('duration', 'Duration', 'duration'),
  fact('created_by', 'By', 'created_by'),
  fact('note', 'Note', 'note'),
];

export const NOTE_COLUMN = FACTS.at(-1) as TableColumn;

/** The column that is always there, at the left. */
export const NAME_COLUMN: TableColumn = fact('name', 'Name', 'name');

const MOST_METRICS = 12;
/** All that differ tell candidates apart; more than these nobody scrolls through. */
const MOST_PARAMS = 60;
const MOST_CONSTANTS = 50;

function fact(id: string, title: string, field: string | null): TableColumn {
  return { id, kind: 'fact', key: id, title, field, candidates: 0 };
}

export function tableColumn(column: Column): TableColumn {
  const group = GROUPS[column.kind];
  return {
    id: `${group}.${column.key}`,
    kind: column.kind,
    key: column.key,
    title: column.key,
    field: fieldOf(group, column.key),
    candidates: column.candidates,
  };
}

const SEED = /(^|[^a-z])(seed|random_state|random_seed|rng|fold|repeat)([^a-z]|$)/i;

/** Whether nothing but seeds tells the candidates apart: then groups of them are what there is to compare. */
export function onlySeedsDiffer(columns: readonly Column[]): boolean {
  const differing = columns.filter((column) => column.kind === 'param' && column.distinct > 1);
  return differing.length > 0 && differing.every(({ key }) => SEED.test(key));
}

/** Metrics of the machine, which say little about which candidate is best. */
export function isSystem(key: string): boolean {
  return key.startsWith('system/') || key.startsWith('sys/');
}

/** Metadata that tools write for themselves. */
export function isInternal(key: string): boolean {
  return key.startsWith('mlflow.') || key === 'shortlist.import';
}

/** What explains the goal comes first, seeds last. */
function byInfluence(a: Column, b: Column): number {
  const seeds = Number(SEED.test(a.key)) - Number(SEED.test(b.key));
  return b.influence - a.influence || seeds || b.candidates - a.candidates || compare(a.key, b.key);
}

// How a training goes, which is logged beside what it is for.
const COURSE =
  /(^|[^a-z])(lr|learning_?rate|(grad(ient)?_?)?norm|epochs?|steps?|iter(ation)?s?|progress|momentum|weight_?decay)([^a-z]|$)/i;

/**
 * Status, the metrics, the parameters that differ, the most telling first, how the training went, and when: what tells
 * candidates apart.
 */
export function defaultColumns(columns: readonly Column[]): string[] {
  const metrics = columns
    .filter((column) => column.kind === 'metric' && !isSystem(column.key))
    .sort(
      (a, b) =>
        Number(COURSE.test(a.key)) - Number(COURSE.test(b.key)) ||
        b.candidates - a.candidates ||
        weight(a.key) - weight(b.key) ||
        compare(a.key, b.key),
    )
    .slice(0, MOST_METRICS);
  const params = columns
    .filter((column) => column.kind === 'param' && column.distinct > 1)
    .sort(byInfluence)
    .slice(0, MOST_PARAMS);
  const measured = metrics.filter(({ key }) => !COURSE.test(key));
  const course = metrics.filter(({ key }) => COURSE.test(key));
  return [
    'status',
    ...[...measured, ...params, ...course].map((column) => tableColumn(column).id),
    'start_time',
    'duration',
  ];
}

/** Suggested columns in the order in which they stood before, so that none moves under a reader; new ones at their ends. */
export function steady(before: readonly string[], now: readonly string[]): string[] {
  const ids = before.filter((id) => now.includes(id));
  now.forEach((id, place) => {
    if (!ids.includes(id)) ids.splice(ids.indexOf(now[place - 1] ?? '') + 1, 0, id);
  });
  return ids;
}

/**
 * Default columns with the metrics of the goal before the others, though they may be none of the first; where there is
 * little room they come before the status too.
 */
export function goalFirst(ids: readonly string[], goal: Goal | null, narrow: boolean): string[] {
  if (goal === null) return [...ids];
  const own = [goal.metric, ...(goal.second ? [goal.second.metric] : [])].map(
    (key) => `${GROUPS.metric}.${key}`,
  );
  const [status = 'status', ...rest] = ids.filter((other) => !own.includes(other));
  return narrow ? [...own, status, ...rest] : [status, ...own, ...rest];
}

/** Held-out measurements come before those of training. */
function weight(key: string): number {
  if (/(^|[^a-z])(val|valid|validation|test|eval|holdout)([^a-z]|$)/i.test(key)) return 0;
  return /(^|[^a-z])train(ing)?([^a-z]|$)/i.test(key) ? 2 : 1;
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Columns by id, in the order of the ids; ids that no candidate has any more are left out. */
export function chosenColumns(ids: readonly string[], all: readonly TableColumn[]): TableColumn[] {
  const byId = new Map(all.map((column) => [column.id, column]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

export interface Constant {
  key: string;
  value: string;
  /** How many candidates have the parameter: perhaps not all of them. */
  candidates: number;
}

/** Parameters that every candidate which has them holds at one value, with that value where a row shows it. */
export function constants(columns: readonly Column[], rows: readonly CandidateRow[]): Constant[] {
  return columns
    .filter((column) => column.kind === 'param' && column.distinct === 1)
    .flatMap(({ key, candidates }): Constant[] => {
      const holder = rows.find((row) => key in row.params);
      return holder === undefined ? [] : [{ key, value: holder.params[key] ?? '', candidates }];
    });
}

/** The columns whose values are asked for: those shown, and the constants, for the line that names them. */
export function wantedColumns(chosen: readonly string[] | null, columns: readonly Column[]): string[] {
  const constant = columns.filter((column) => column.kind === 'param' && column.distinct === 1);
  const folded = constant.slice(0, MOST_CONSTANTS).map(({ key }) => `params.${key}`);
  return [...new Set([...(chosen ?? defaultColumns(columns)), ...folded])];
}

/** Ids with those that are pinned first; both parts keep their order. */
export function pinnedFirst(ids: readonly string[], pinned: readonly string[]): string[] {
  const isPinned = (id: string): boolean => pinned.includes(id);
  return [...ids.filter(isPinned), ...ids.filter((id) => !isPinned(id))];
}

/** Ids with one of them moved to another place; both places are those before the move. */
export function moved(ids: readonly string[], id: string, to: number): string[] {
  const from = ids.indexOf(id);
  if (from < 0) return [...ids];
  const rest = ids.filter((other) => other !== id);
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, id);
  return rest;
}

/** Columns whose title holds every word of a search. */
export function findColumns<T extends { title: string }>(columns: readonly T[], search: string): T[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return columns.filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)));
}

const PADDING = 26;
const MEASURED = 3;

/** Pixels that show a title and the longest of the texts under it, within reason. `measure` tells those of a text. */
export function naturalWidth(
  title: string,
  texts: readonly string[],
  measure: (text: string) => number,
  low = 76,
  high = 260,
): number {
  const longest = [...new Set(texts)].sort((a, b) => b.length - a.length).slice(0, MEASURED);
  const wanted = Math.max(...[title, ...longest].map(measure)) + PADDING;
  return Math.ceil(Math.max(low, Math.min(high, wanted)));
}

/** Whether a column's values are numbers, which stand to the right. */
export function isRightAligned(column: TableColumn, rows: readonly CandidateRow[]): boolean {
  if (column.kind === 'metric' || column.id === 'duration') return true;
  if (column.kind !== 'param') return false;
  const values = rows.flatMap((row) => row.params[column.key] ?? []);
  return values.length > 0 && values.every(isNumeric);
}

/** Whether a first click should show the largest value first. */
export function firstDescending(column: TableColumn): boolean {
  if (column.kind === 'metric') return !isLowerBetter(column.key);
  return column.id === 'start_time' || column.id === 'duration';
}

/** A guess from the name: losses and errors should be low. */
export function isLowerBetter(key: string): boolean {
  return /(loss|err(or)?|mse|rmse|mae|mape|perplexity|ppl|latency|nll|wer|cer|fid|seconds|_ms|time|regret|brier)([^a-z]|$)/i.test(
    key,
  );
}

const SCORE = /(acc|auc|f1|r2|score|map|iou|bleu|reward|precision|recall|psnr|ssim)/i;

/** Which end of a metric is the good one, where its name says so. */
export function direction(key: string): 'high' | 'low' | null {
  if (isLowerBetter(key)) return 'low';
  return SCORE.test(key) ? 'high' : null;
}

/** Which end of a metric is the good one: the goal says so of its own, names of others. */
export function directionOf(key: string, goal: Goal | null): 'high' | 'low' | null {
  if (goal?.metric === key) return goal.direction === 'maximize' ? 'high' : 'low';
  if (goal?.second?.metric === key) return goal.second.direction === 'maximize' ? 'high' : 'low';
  return direction(key);
}

/** The iids of the finished rows that hold a metric's best number; none where no direction or no contest is. */
export function bestOf(key: string, rows: readonly CandidateRow[], goal: Goal | null): number[] {
  const towards = directionOf(key, goal);
  if (towards === null) return [];
  const finished = rows.flatMap((row) => {
    const value = metricOf(row, key);
    return row.status === 'finished' && typeof value === 'number' ? [{ iid: row.iid, value }] : [];
  });
  const values = finished.map(({ value }) => value);
  const best = values.reduce(
    (a, b) => (towards === 'high' ? Math.max(a, b) : Math.min(a, b)),
    values[0] ?? 0,
  );
  if (values.length < 2 || values.every((value) => value === best)) return [];
  return finished.filter(({ value }) => value === best).map(({ iid }) => iid);
}

/** The best rows of every metric column, by its id. */
export function bestByColumn(
  columns: readonly TableColumn[],
  rows: readonly CandidateRow[],
  goal: Goal | null,
): Map<string, number[]> {
  const metrics = columns.filter(({ kind }) => kind === 'metric');
  return new Map(metrics.map(({ id, key }) => [id, bestOf(key, rows, goal)]));
}

/** The first row of a ranking in the column of the goal's metric: whatever comes below it, it is the best. */
export function firstByGoal(
  columns: readonly TableColumn[],
  first: CandidateRow | undefined,
  goal: Goal | null,
): Map<string, number[]> {
  const column = columns.find(({ kind, key }) => kind === 'metric' && key === goal?.metric);
  return column === undefined || first?.standing?.rank !== 1
    ? new Map()
    : new Map([[column.id, [first.iid]]]);
}

/** The metric that a reader most likely asks for: held out, a score rather than a loss, held by most candidates. */
export function guessMetric(columns: readonly Column[]): string | null {
  const metrics = columns.filter((column) => column.kind === 'metric' && !isSystem(column.key));
  const rank = (column: Column): number => weight(column.key) * 2 + (SCORE.test(column.key) ? 0 : 1);
  const best = [...metrics].sort(
    (a, b) => rank(a) - rank(b) || b.candidates - a.candidates || compare(a.key, b.key),
  )[0];
  return best?.key ?? null;
}
