// Calls on registered models and their versions.

import { call, projectUrl, queryText } from './client';
import type * as wire from './schema';

const model = (path: string, iid: number): string => `${projectUrl(path)}/models/${iid}`;
const version = (path: string, iid: number, number: number): string =>
  `${model(path, iid)}/versions/${number}`;

export const modelsApi = {
  list: (path: string, query: wire.ModelQuery, signal?: AbortSignal) =>
    call<wire.ModelList>('GET', `${projectUrl(path)}/models?${queryText(query)}`, { signal }),
  create: (path: string, body: wire.ModelCreate) =>
    call<wire.Model>('POST', `${projectUrl(path)}/models`, { body }),
  get: (path: string, iid: number, signal?: AbortSignal) =>
    call<wire.ModelPage>('GET', model(path, iid), { signal }),
  change: (path: string, iid: number, change: Omit<wire.ModelChange, 'model'>) =>
    call<wire.ModelPage>('PATCH', model(path, iid), { body: change }),
  delete: (path: string, iid: number) => call<wire.Empty>('DELETE', model(path, iid)),

  sources: (path: string, candidate: number) =>
    call<wire.SourceList>('GET', `${projectUrl(path)}/candidates/${candidate}/sources`),
  createVersion: (path: string, iid: number, body: Omit<wire.VersionCreate, 'model'>) =>
    call<wire.Version>('POST', `${model(path, iid)}/versions`, { body }),
  version: (path: string, iid: number, number: number, signal?: AbortSignal) =>
    call<wire.Version>('GET', version(path, iid, number), { signal }),
  changeVersion: (
    path: string,
    iid: number,
    number: number,
    change: Omit<wire.VersionChange, 'model' | 'version'>,
  ) => call<wire.Version>('PATCH', version(path, iid, number), { body: change }),
  /** Versions have these aliases again, whichever have them now. */
  giveBack: async (path: string, links: readonly wire.VersionLink[]) => {
    for (const { model: iid, number, aliases } of links)
      await call<wire.Version>('PATCH', version(path, iid, number), { body: { aliases } });
  },
  deleteVersion: (path: string, iid: number, number: number) =>
    call<wire.Empty>('DELETE', version(path, iid, number)),
};

/** The address of what the server attests of a version. */
export function attestationUrl(path: string, iid: number, number: number): string {
  return `/api/v1${version(path, iid, number)}/attestation`;
}
