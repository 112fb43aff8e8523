// From values to places along an axis, and the round numbers on it.

import { tickTexts } from '../charts/ticks';

export interface Tick {
  /** Pixels. */
  at: number;
  text: string;
}

export interface Scale {
  place: (value: number) => number;
  /** The value at a place. */
  value: (place: number) => number;
  ticks: Tick[];
  /** Whether a value has a place: on a logarithmic axis only what is above zero. */
  shows: (value: number) => boolean;
}

/** At most `most` multiples of 1, 2 or 5 times a power of ten within [low, high]; `least` is the least step. */
export function roundNumbers(low: number, high: number, most: number, least = 0): number[] {
  const rough = Math.max(least, (high - low) / Math.max(1, most - 1));
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => power * factor).find((size) => size >= rough * (1 - 1e-9));
  if (step === undefined) return [low];
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** The powers of ten within [low, high], with the numbers 2 and 5 between them where they are few. */
export function decades(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const factors = last - first <= 3 ? [1, 2, 5] : [1];
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index).flatMap((power) =>
    factors.map((factor) => factor * 10 ** power),
  );
  const inside = all.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  return inside.length > 1 ? inside : [low, high];
}

/** An axis for numbers, from the place `from` to the place `to`, with a little room at its ends. */
export function numberScale(values: readonly number[], log: boolean, from: number, to: number): Scale {
  const shows = (value: number): boolean => Number.isFinite(value) && (!log || value > 0);
  const usable = values.filter(shows);
  const [low, high] = widened(Math.min(...usable), Math.max(...usable), log);
  const forward = log ? Math.log10 : (value: number): number => value;
  const [start, end] = [forward(low), forward(high)];
  const place = (value: number): number => from + ((forward(value) - start) / (end - start)) * (to - from);
  const value = (at: number): number => {
    const found = start + ((at - from) / (to - from)) * (end - start);
    return log ? 10 ** found : found;
  };
  // What is counted has nothing between whole numbers.
  const least = usable.every(Number.isInteger) ? 1 : 0;
  const marks = isOne(usable)
    ? usable.slice(0, 1)
    : log
      ? decades(low, high)
      : roundNumbers(low, high, Math.max(2, Math.abs(to - from) / 42), least);
  const texts = log ? marks.map((mark) => tickTexts([mark])[0]) : tickTexts(marks);
  return {
    place,
    value,
    shows,
    ticks: marks.map((mark, index) => ({ at: place(mark), text: texts[index] ?? '' })),
  };
}

/** One value alone says all that its axis has to say. */
function isOne(values: readonly number[]): boolean {
  return values.length > 0 && values.every((value) => value === values[0]);
}

function widened(low: number, high: number, log: boolean): [number, number] {
  if (!Number.isFinite(low)) return log ? [0.1, 1] : [0, 1];
  if (low === high)
    return log ? [low / 2, high * 2] : [low - (Math.abs(low) * 0.1 || 1), high + (Math.abs(high) * 0.1 || 1)];
  if (log) {
    const room = (high / low) ** 0.04;
    return [low / room, high * room];
  }
  const room = (high - low) * 0.04;
  return [low - room, high + room];
}

/** An axis for texts: each has a place of its own. */
export function categoryScale(categories: readonly string[], from: number, to: number): Scale {
  const step = (to - from) / Math.max(1, categories.length);
  const place = (index: number): number => from + (index + 0.5) * step;
  const every = Math.max(1, Math.ceil(16 / Math.max(1, Math.abs(step))));
  return {
    place,
    value: (at) => (at - from) / step - 0.5,
    shows: Number.isFinite,
    ticks: categories.flatMap((text, index) => (index % every === 0 ? [{ at: place(index), text }] : [])),
  };
}
