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
};

/** The address of a file of a package; `inline` lets the browser show it instead of saving it. */
export function packageFileUrl(path: string, id: number, file: string, inline: boolean): string {
  const place = file.split('/').map(encodeURIComponent).join('/');
  return `/api/v1${one(path, id)}/files/${place}${inline ? '?inline=1' : ''}`;
}
