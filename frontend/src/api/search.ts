// Calls that help to search.

import { call, projectUrl, queryText } from './client';
import type * as wire from './schema';

export const searchApi = {
  /** Values of a field of the search language among the candidates of an experiment. */
  values: (path: string, { experiment, ...query }: wire.ValueQuery, signal?: AbortSignal) =>
    call<wire.ValueList>('GET', `${projectUrl(path)}/experiments/${experiment}/values?${queryText(query)}`, {
      signal,
    }),
};
