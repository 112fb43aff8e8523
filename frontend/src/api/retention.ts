// Calls on the rule by which candidates are deleted by themselves.

import { call, projectUrl } from './client';
import type * as wire from './schema';

const at = (path: string): string => `${projectUrl(path)}/retention`;

export const retentionApi = {
  /** Null keeps every candidate. */
  set: (path: string, rule: wire.Rule | null) => call<wire.Retention>('PUT', at(path), { body: { rule } }),
  /** What a rule would delete now. It changes nothing. */
  try: (path: string, rule: wire.Rule) => call<wire.Plan>('POST', `${at(path)}/try`, { body: { rule } }),
};
