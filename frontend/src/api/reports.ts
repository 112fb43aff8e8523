// What merge requests and pipelines produced.

import type { Subject } from '../lib/routes';
import { call, projectUrl } from './client';
import type * as wire from './schema';

export const reportsApi = {
  /** `search` is that of the page: `?ci_project=…&target=…`. */
  get: (path: string, subject: Subject, number: string, search: string, signal?: AbortSignal) =>
    call<wire.Report>('GET', `${projectUrl(path)}/${subject}s/${encodeURIComponent(number)}${search}`, {
      signal,
    }),
};
