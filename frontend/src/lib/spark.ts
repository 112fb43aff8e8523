// A curve as the path of a tiny drawing.

import type { Value } from '../api/schema';
import { toNumber } from './numbers';

/** Path data in a box of this size; a gap stands where a value is not a finite number. */
export function sparkPath(x: readonly number[], y: readonly Value[], width: number, height: number): string {
  const values = y.map(toNumber);
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return '';
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  const first = x[0] ?? 0;
  const span = (x.at(-1) ?? 0) - first || 1;
  let drawing = false;
  return values
    .map((value, index) => {
      if (!Number.isFinite(value)) {
        drawing = false;
        return '';
      }
      const left = (((x[index] ?? first) - first) / span) * width;
      const share = high === low ? 0.5 : (value - low) / (high - low);
      const top = 1 + (1 - share) * (height - 2);
      const step = `${drawing ? 'L' : 'M'}${left.toFixed(1)} ${top.toFixed(1)}`;
      drawing = true;
      return step;
    })
    .join('');
}
