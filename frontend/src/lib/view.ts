// What an experiment's page shows, as its address says it: filter, order, columns, and which candidates.

import type { Axis, View } from '../api/types';
import type { Range } from '../charts/types';
import { type ChartsView, NO_CHARTS, parseCharts, writeCharts } from './charts_view';
import { smoothOf } from './smooth';
import { putRange, rangeOf } from './span';

export interface Order {
  field: string;
  descending: boolean;
}

/** A row is a candidate, all that differ in nothing but their seed, or a candidate with its children below it. */
export type RowKind = 'flat' | 'seeds' | 'tree';

export interface ExperimentView {
  filter: string;
  order: Order[];
  /** Column ids; null means the default columns. */
  columns: string[] | null;
  /** Ids of the columns that stay in place at the left. */
  pinned: string[];
  /** Pixels of columns by id, where somebody chose them. */
  widths: Readonly<Record<string, number>>;
  view: View;
  /** What a row is; null: what the experiment suggests. */
  rows: RowKind | null;
  /** Iids of the rows whose members or children are shown. */
  open: number[];
  /** Iids of the selected candidates. */
  selected: number[];
  chart: ChartView;
  charts: ChartsView;
}

/** The chart beside the table. */
export interface ChartView {
  /** Null: whether there is room decides. */
  open: boolean | null;
  /** Null: the metric that its reader most likely asks for. */
  metric: string | null;
  axis: Axis;
  log: boolean;
  /** The metric along the horizontal axis in place of steps and times. */
  against: string | null;
  /** Whether candidates that differ only in their seed are one line. */
  groups: boolean;
  /** The parameters whose equal values make a line, the mean of its candidates; empty: as `groups` says. */
  by: string[];
  /** Weight of the average that is drawn over the points; 0 draws none. */
  smooth: number;
  /** Whether the vertical axis leaves out the few values that lie far from all others. */
  clip: boolean;
  /** The part of the horizontal axis that is shown; null: all of it. */
  range: Range | null;
}

export const NO_CHART: ChartView = {
  open: null,
  metric: null,
  axis: 'step',
  log: false,
  against: null,
  groups: false,
  by: [],
  smooth: 0,
  clip: false,
  range: null,
};

export const START: ExperimentView = {
  filter: '',
  order: [],
  columns: null,
  pinned: [],
  widths: {},
  view: 'active',
  rows: null,
  open: [],
  selected: [],
  chart: NO_CHART,
  charts: NO_CHARTS,
};

/** The order of a search that names none. */
export const NEWEST_FIRST: Order = { field: 'start_time', descending: true };

/** The query of the start view, where an address without one shows another. */
export const SHOW_ALL = 'view=active';

const VIEWS: readonly View[] = ['active', 'deleted', 'all'];
const ROW_KINDS: readonly RowKind[] = ['flat', 'seeds', 'tree'];
const AXES: readonly Axis[] = ['step', 'relative', 'wall'];
/** More parameters than this make groups that nobody can name. */
export const MOST_BY = 6;
/** A longer address is not safe to send around; a larger selection is left out of it. */
export const MOST_SELECTED_IN_ADDRESS = 200;

export function parseView(search: string): ExperimentView {
  const given = new URLSearchParams(search);
  const view = given.get('view') as View | null;
  const rows = given.get('rows') as RowKind | null;
  return {
    filter: given.get('filter') ?? '',
    order: given.getAll('order_by').map(parseOrder),
    columns: given.has('columns') ? given.getAll('columns').filter((id) => id !== '') : null,
    pinned: given.getAll('pin').filter((id) => id !== ''),
    widths: Object.fromEntries(given.getAll('width').flatMap(parseWidth)),
    view: view !== null && VIEWS.includes(view) ? view : 'active',
    rows: rows !== null && ROW_KINDS.includes(rows) ? rows : null,
    open: iidsOf(given.get('open')),
    selected: iidsOf(given.get('selected')),
    chart: parseChart(given),
    charts: parseCharts(given),
  };
}

/** `120:metrics.acc`, kept within what a column may be. */
function parseWidth(text: string): [string, number][] {
  const [, pixels, id] = /^(\d{1,4}):(.+)$/.exec(text) ?? [];
  return pixels === undefined || id === undefined ? [] : [[id, withinWidths(Number(pixels))]];
}

export function withinWidths(pixels: number): number {
  return Math.round(Math.max(56, Math.min(900, pixels)));
}

function parseChart(given: URLSearchParams): ChartView {
  const shown = given.get('chart');
  const axis = given.get('axis') as Axis | null;
  return {
    open: shown === 'on' ? true : shown === 'off' ? false : null,
    metric: given.get('metric'),
    axis: axis !== null && AXES.includes(axis) ? axis : 'step',
    log: given.get('scale') === 'log',
    against: given.get('against'),
    groups: given.get('groups') === 'on',
    by: given.getAll('by').slice(0, MOST_BY),
    smooth: smoothOf(given.get('smooth')),
    clip: given.get('outliers') === 'off',
    range: rangeOf(given),
  };
}

function iidsOf(text: string | null): number[] {
  return (text ?? '').split('.').filter(isIid).map(Number);
}

function isIid(text: string): boolean {
  return /^[1-9]\d{0,14}$/.test(text);
}

/** The query string of a view, with its question mark; empty for the start view. */
export function viewSearch(view: ExperimentView): string {
  const given = new URLSearchParams();
  if (view.filter !== '') given.set('filter', view.filter);
  for (const order of view.order) given.append('order_by', orderText(order));
  if (view.columns !== null) {
    for (const id of view.columns.length > 0 ? view.columns : ['']) given.append('columns', id);
  }
  for (const id of view.pinned) given.append('pin', id);
  for (const [id, pixels] of Object.entries(view.widths)) given.append('width', `${pixels}:${id}`);
  if (view.view !== 'active') given.set('view', view.view);
  if (view.rows !== null) given.set('rows', view.rows);
  if (view.open.length > 0 && view.open.length <= MOST_SELECTED_IN_ADDRESS)
    given.set('open', view.open.join('.'));
  if (view.selected.length > 0 && view.selected.length <= MOST_SELECTED_IN_ADDRESS) {
    given.set('selected', view.selected.join('.'));
  }
  const { open, metric, axis, log, against, groups, by, smooth, clip, range } = view.chart;
  if (open !== null) given.set('chart', open ? 'on' : 'off');
  if (metric !== null) given.set('metric', metric);
  if (axis !== 'step') given.set('axis', axis);
  if (log) given.set('scale', 'log');
  if (against !== null) given.set('against', against);
  if (groups) given.set('groups', 'on');
  for (const key of by) given.append('by', key);
  if (smooth > 0) given.set('smooth', String(smooth));
  if (clip) given.set('outliers', 'off');
  putRange(given, range);
  writeCharts(given, view.charts);
  const text = given.toString();
  return text === '' ? '' : `?${text}`;
}

export function parseOrder(text: string): Order {
  const trimmed = text.trim();
  const match = /^(.*?)\s+(ASC|DESC)$/i.exec(trimmed);
  if (match === null) return { field: trimmed, descending: false };
  return { field: match[1] ?? '', descending: match[2]?.toUpperCase() === 'DESC' };
}

export function orderText(order: Order): string {
  return `${order.field} ${order.descending ? 'DESC' : 'ASC'}`;
}

/** `metrics."val/acc"`: a key in the grammar of filters, quoted when it is more than a word. */
export function fieldOf(group: string, key: string): string {
  if (/^[A-Za-z_]\w*$/.test(key)) return `${group}.${key}`;
  return key.includes('"') ? `${group}.\`${key}\`` : `${group}."${key}"`;
}

/** The order after a column is added to it or, if it is there, turned round and then taken out. */
export function addOrder(order: readonly Order[], field: string, firstDescending: boolean): Order[] {
  const at = order.findIndex((item) => item.field === field);
  const current = order[at];
  if (current === undefined) return [...order, { field, descending: firstDescending }];
  if (current.descending !== firstDescending) return order.filter((_, index) => index !== at);
  return order.map((item, index) => (index === at ? { field, descending: !firstDescending } : item));
}

/** The order after a click on a column: its first direction, then the other, then none. */
export function nextOrder(order: readonly Order[], field: string, firstDescending: boolean): Order[] {
  const current = order[0];
  if (current === undefined || current.field !== field) return [{ field, descending: firstDescending }];
  if (current.descending === firstDescending) return [{ field, descending: !firstDescending }];
  return [];
}
