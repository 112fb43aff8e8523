// Points that no line can show: what is not a number, and what is infinite.

import type { Curve, Series } from '../api/schema';
import { count, toNumber } from './numbers';

/** Neighbouring points of one curve that are odd in the same way. */
export interface Oddity {
  series: number;
  from: number;
  to: number;
  word: 'NaN' | '+∞' | '−∞';
}

/** What a series has of values that are not finite, and at which step first: `first NaN at step 12`; empty for nothing. */
export function oddWords(series: Pick<Series, 'has_nan' | 'has_infinity' | 'odd_step'>): string {
  if (!series.has_nan && !series.has_infinity) return '';
  const word = !series.has_nan ? 'infinity' : series.has_infinity ? 'NaN or infinity' : 'NaN';
  return series.odd_step === null ? word : `first ${word} at step ${count(series.odd_step)}`;
}

type Drawn = Pick<Curve, 'x' | 'y'>;

export function oddities(curves: readonly Drawn[]): Oddity[] {
  return curves.flatMap(({ x, y }, series) => {
    const found: Oddity[] = [];
    let before = -2;
    y.forEach((raw, place) => {
      const value = toNumber(raw);
      const at = x[place];
      if (Number.isFinite(value) || at === undefined) return;
      const word = Number.isNaN(value) ? 'NaN' : value > 0 ? '+∞' : '−∞';
      const last = found.at(-1);
      if (last !== undefined && before === place - 1 && last.word === word) last.to = at;
      else found.push({ series, from: at, to: at, word });
      before = place;
    });
    return found;
  });
}

/** Which curves have such points, as a sentence that follows another one; empty where none has. */
export function oddText(curves: readonly (Drawn & { label: string })[]): string {
  const labels = curves
    .filter(({ y }) => y.some((raw) => !Number.isFinite(toNumber(raw))))
    .map(({ label }) => label);
  if (labels.length === 0) return '';
  const shown =
    labels.length > 3 ? `${labels.slice(0, 2).join(', ')} and ${labels.length - 2} more` : labels.join(', ');
  return ` Not a number (✕) or infinite (∧ ∨) at places: ${shown}.`;
}
