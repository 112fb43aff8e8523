// Calls that do something to many candidates at once. The server takes at most 1,000 of them in one request.

import { call, projectUrl } from './client';
import type * as wire from './schema';

export const MOST_AT_ONCE = 1000;

const candidates = (path: string): string => `${projectUrl(path)}/candidates`;

export const bulkApi = {
  /** Answers the changes that undo these. */
  edit: (path: string, changes: readonly wire.CandidateChange[]) =>
    call<wire.CandidateEdited>('PATCH', candidates(path), { body: { changes } }),
  delete: (path: string, chosen: readonly number[]) =>
    call<wire.CandidateChoice>('POST', `${candidates(path)}/delete`, { body: { candidates: chosen } }),
  restore: (path: string, chosen: readonly number[]) =>
    call<wire.CandidateChoice>('POST', `${candidates(path)}/restore`, { body: { candidates: chosen } }),
  star: (path: string, chosen: readonly number[], starred: boolean) =>
    call<wire.CandidateChoice>('POST', `${candidates(path)}/star`, { body: { candidates: chosen, starred } }),
  move: (path: string, chosen: readonly number[], experiment: number) =>
    call<wire.CandidatesMoved>('POST', `${candidates(path)}/move`, {
      body: { candidates: chosen, experiment },
    }),
};
