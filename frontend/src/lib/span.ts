// The part of a horizontal axis that is shown: moved, stretched, and in an address.

import type { Range } from '../charts/types';

/** As wide as before and within the whole, as far along as asked. */
export function moved([low, high]: Range, by: number, whole: Range | null): Range {
  if (whole === null) return [low + by, high + by];
  if (high - low >= whole[1] - whole[0]) return whole;
  const kept = Math.max(whole[0] - low, Math.min(whole[1] - high, by));
  return [low + kept, high + kept];
}

/** Stretched by a factor; what was at `around` stays in its place. Null where that shows the whole. */
export function stretched(range: Range, factor: number, around: number, whole: Range | null): Range | null {
  return within([around - (around - range[0]) * factor, around + (range[1] - around) * factor], whole);
}

/** Two fingers hold two values, and each keeps its own: their places are parts of the width, from 0 to 1. */
export function pinched(range: Range, from: Range, to: Range, whole: Range | null): Range | null {
  const width = range[1] - range[0];
  const apart = to[1] - to[0];
  // Fingers that meet or pass each other ask for nothing that can be shown.
  if (Math.abs(apart) < 0.02 || apart * (from[1] - from[0]) <= 0) return range;
  const wide = (width * (from[1] - from[0])) / apart;
  const low = range[0] + from[0] * width - to[0] * wide;
  return within([low, low + wide], whole);
}

function within([low, high]: Range, whole: Range | null): Range | null {
  if (whole === null) return [low, high];
  const cut: Range = [Math.max(whole[0], low), Math.min(whole[1], high)];
  return cut[0] <= whole[0] && cut[1] >= whole[1] ? null : cut;
}

/** The part that an address says; null where it says none. */
export function rangeOf(given: URLSearchParams, prefix = ''): Range | null {
  const [low, high] = [given.get(`${prefix}start`), given.get(`${prefix}end`)];
  if (low === null || high === null) return null;
  const range: Range = [Number(low), Number(high)];
  return range.every(Number.isFinite) && range[0] < range[1] ? range : null;
}

export function putRange(given: URLSearchParams, range: Range | null, prefix = ''): void {
  if (range === null) return;
  given.set(`${prefix}start`, String(range[0]));
  given.set(`${prefix}end`, String(range[1]));
}
