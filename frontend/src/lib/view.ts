// What an experiment's page shows, as its address says it: filter, order, columns, and which candidates.

import type { View } from '../api/types';

export interface Order {
  field: string;
  descending: boolean;
}

export interface ExperimentView {
  filter: string;
  order: Order[];
  /** Column ids; null means the default columns. */
  columns: string[] | null;
  view: View;
}

export const START: ExperimentView = { filter: '', order: [], columns: null, view: 'active' };

const VIEWS: readonly View[] = ['active', 'deleted', 'all'];

export function parseView(search: string): ExperimentView {
  const given = new URLSearchParams(search);
  const view = given.get('view') as View | null;
  return {
    filter: given.get('filter') ?? '',
    order: given.getAll('order_by').map(parseOrder),
    columns: given.has('columns') ? given.getAll('columns').filter((id) => id !== '') : null,
    view: view !== null && VIEWS.includes(view) ? view : 'active',
  };
}

/** The query string of a view, with its question mark; empty for the start view. */
export function viewSearch(view: ExperimentView): string {
  const given = new URLSearchParams();
  if (view.filter !== '') given.set('filter', view.filter);
  for (const order of view.order) given.append('order_by', orderText(order));
  if (view.columns !== null) {
    for (const id of view.columns.length > 0 ? view.columns : ['']) given.append('columns', id);
  }
  if (view.view !== 'active') given.set('view', view.view);
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

/** The order after a click on a column: its first direction, then the other, then none. */
export function nextOrder(order: readonly Order[], field: string, firstDescending: boolean): Order[] {
  const current = order[0];
  if (current === undefined || current.field !== field) return [{ field, descending: firstDescending }];
  if (current.descending === firstDescending) return [{ field, descending: !firstDescending }];
  return [];
}
