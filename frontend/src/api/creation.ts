// Calls that make candidates: one by hand, or many from a file.

import { ApiError, call, openStream, projectUrl } from './client';
import type * as wire from './schema';

const experiment = (path: string, iid: number): string => `${projectUrl(path)}/experiments/${iid}`;

export const creationApi = {
  candidate: (path: string, iid: number, body: Omit<wire.CandidateCreate, 'experiment'>) =>
    call<wire.Candidate>('POST', `${experiment(path, iid)}/candidates`, { body }),
  preview: (path: string, iid: number, body: Omit<wire.ImportQuery, 'experiment'>, signal?: AbortSignal) =>
    call<wire.ImportPreview>('POST', `${experiment(path, iid)}/imports/preview`, { body, signal }),

  /** Imports a file and says after each part how far it is. */
  async run(
    path: string,
    iid: number,
    body: Omit<wire.ImportRequest, 'experiment'>,
    signal: AbortSignal,
    report: (progress: wire.ImportProgress) => void,
  ): Promise<void> {
    const answer = await openStream('POST', `${experiment(path, iid)}/imports`, { body, signal });
    let rest = '';
    for await (const text of answer.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const progress = JSON.parse(line) as wire.ImportProgress;
        report(progress);
        if (progress.error) throw new ApiError(400, 'IMPORT_STOPPED', progress.error);
      }
    }
  },
};
