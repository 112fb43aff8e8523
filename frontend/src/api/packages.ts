// Calls on packages.

import { call, projectUrl, queryText } from './client';
import type * as wire from './schema';

const one = (path: string, id: number): string => `${projectUrl(path)}/packages/${id}`;

export const packagesApi = {
  list: (path: string, query: wire.PackageQuery, signal?: AbortSignal) =>
    call<wire.PackageList>('GET', `${projectUrl(path)}/packages?${queryText(query)}`, { signal }),
  get: (path: string, id: number, signal?: AbortSignal) =>
    call<wire.PackagePage>('GET', one(path, id), { signal }),
  delete: (path: string, id: number) => call<wire.Empty>('DELETE', one(path, id)),
  changeSettings: (path: string, body: wire.PackageSettingsChange) =>
    call<wire.PackageSettings>('PATCH', `${projectUrl(path)}/packages/settings`, { body }),
};
