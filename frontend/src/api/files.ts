// Calls on files, whoever they belong to: a candidate, a version of a model, or a package.

import { call, PREFIX, projectUrl, sendFile } from './client';
import type * as wire from './schema';

/**
 * How the server sends a file: to be saved; in place, where it cannot run anything; HTML as a page in a sandbox, which
 * may load libraries from well-known places or from nowhere.
 */
export type Shown = 'download' | 'inline' | 'page' | 'page-cdn';

const MODES: Record<Shown, string> = {
  download: '',
  inline: '?inline=1',
  page: '?inline=page',
  'page-cdn': '?inline=page-cdn',
};

/** Where the files of one owner are. */
export class FileSource {
  constructor(readonly path: string) {}

  /** The address of a file's bytes. */
  url(file: string, shown: Shown = 'download'): string {
    return `${PREFIX}${this.#place(file)}${MODES[shown]}`;
  }

  /** The address of a folder, or of everything, as a zip. */
  archiveUrl(folder = ''): string {
    const query = folder === '' ? '' : `?path=${encodeURIComponent(folder)}`;
    return `${PREFIX}${this.path}/archive${query}`;
  }

  list(): Promise<wire.FileList> {
    return call<wire.FileList>('GET', `${this.path}/files`);
  }

  upload(path: string, file: Blob): Promise<void> {
    return sendFile(this.#place(path), file);
  }

  /** Deletes a file, or a folder with everything in it. */
  delete(path: string): Promise<wire.Empty> {
    return call<wire.Empty>('DELETE', this.#place(path));
  }

  #place(path: string): string {
    return `${this.path}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
  }
}

export const filesOf = {
  candidate: (project: string, iid: number) => new FileSource(`${projectUrl(project)}/candidates/${iid}`),
  version: (project: string, model: number, number: number) =>
    new FileSource(`${projectUrl(project)}/models/${model}/versions/${number}`),
  package: (project: string, id: number) => new FileSource(`${projectUrl(project)}/packages/${id}`),
};
