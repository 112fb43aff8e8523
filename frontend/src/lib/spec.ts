// When a chart need not be drawn anew.

import type { Spec } from '../charts/types';

/** Whether two specs ask for the same lines in the same way, in whatever part of the axis. */
export function sameButRange(a: Spec, b: Spec): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)] as (keyof Spec)[]);
  for (const key of keys) {
    if (key === 'range' || Object.is(a[key], b[key])) continue;
    if (key !== 'clip' || a.clip?.[0] !== b.clip?.[0] || a.clip?.[1] !== b.clip?.[1]) return false;
  }
  return true;
}
