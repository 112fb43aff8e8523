// Smoothing that a reader asks for: drawn over the points, never instead of them.

import type { Value } from '../api/schema';
import { toNumber } from './numbers';

/**
 * The exponential moving average, freed from the pull of its start, so that the first value stays what it is.
 * `weight` is in [0, 1): 0 changes nothing. What is not a finite number stays where it is and moves nothing.
 */
export function smooth(values: readonly Value[], weight: number): Value[] {
  let average = 0;
  let seen = 0;
  return values.map((raw) => {
    const value = toNumber(raw);
    if (!Number.isFinite(value)) return raw;
    average = average * weight + value * (1 - weight);
    seen += 1;
    return weight === 0 ? value : average / (1 - weight ** seen);
  });
}

/** The weight that an address gives; 0 where it gives none that is one. */
export function smoothOf(text: string | null): number {
  const weight = Number(text ?? 0);
  return weight > 0 && weight < 1 ? weight : 0;
}
