// Calls that help to search.

import { call, projectUrl, queryText } from './client';
import type * as wire from './schema';

const views = (path: string, experiment: number): string =>
  `${projectUrl(path)}/experiments/${experiment}/views`;
const audience = (shared: boolean): string => (shared ? 'shared' : 'own');

/** Saved views of an experiment; each call answers all that the caller then has. */
export const viewsApi = {
  list: (path: string, experiment: number, signal?: AbortSignal) =>
    call<wire.ViewList>('GET', views(path, experiment), { signal }),
  save: (path: string, experiment: number, shared: boolean, name: string, query: string) =>
    call<wire.ViewList>('POST', `${views(path, experiment)}/${audience(shared)}`, { body: { name, query } }),
  change: (
    path: string,
    experiment: number,
    view: wire.SavedView,
    change: { name?: string; query?: string },
  ) =>
    call<wire.ViewList>('PATCH', `${views(path, experiment)}/${audience(view.shared)}/${view.id}`, {
      body: change,
    }),
  remove: (path: string, experiment: number, view: wire.SavedView) =>
    call<wire.ViewList>('DELETE', `${views(path, experiment)}/${audience(view.shared)}/${view.id}`),
  setDefault: (path: string, experiment: number, view: number | null) =>
    call<wire.ViewList>('PUT', `${views(path, experiment)}/default`, { body: { view } }),
};

export const searchApi = {
  /** What a text in the search language finds of each kind in a project. */
  everywhere: (path: string, query: wire.EverywhereQuery, signal?: AbortSignal) =>
    call<wire.Found>('GET', `${projectUrl(path)}/search?${queryText(query)}`, { signal }),
  /** Values of a field of the search language among the candidates of an experiment. */
  values: (path: string, { experiment, ...query }: wire.ValueQuery, signal?: AbortSignal) =>
    call<wire.ValueList>('GET', `${projectUrl(path)}/experiments/${experiment}/values?${queryText(query)}`, {
      signal,
    }),
};
