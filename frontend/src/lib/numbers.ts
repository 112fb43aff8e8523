// Numbers as people read them. The exact value always stays a hover away.

import type { Value } from '../api/schema';

const MINUS = '\u2212';

/** JSON has no NaN and no infinities: the API sends them as words. */
export function toNumber(value: Value): number {
  return typeof value === 'number' ? value : Number(value);
}

/** Every digit that the value has. */
export function exact(value: Value): string {
  return typeof value === 'number' ? String(value) : wordOf(Number(value));
}

function wordOf(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '\u221e' : `${MINUS}\u221e`;
}

/** A value alone, to four significant digits: 0.8573, 12,340, 3.1e-7. */
export function short(value: Value, digits = 4): string {
  const number = toNumber(value);
  if (!Number.isFinite(number)) return wordOf(number);
  if (number === 0) return '0';
  const size = Math.abs(number);
  if (Number.isInteger(number) && size < 1e9) return grouped(number, 0);
  if (size >= 1e9 || size < 1e-4) return exponent(number, digits);
  return grouped(number, decimalsFor(size, digits));
}

/**
 * The size of a difference, as the server's sentences write it: at most four significant digits, and no zeros at the
 * end, which would claim an exactness that the two values may not have. difference_cases.json holds both to the same.
 */
export function difference(value: number): string {
  const text = short(Math.abs(value));
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}

/** How many decimals give `size` that many significant digits. */
function decimalsFor(size: number, digits: number): number {
  return Math.max(0, Math.min(8, digits - 1 - Math.floor(Math.log10(size))));
}

function grouped(value: number, decimals: number): string {
  return value
    .toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    .replace('-', MINUS);
}

function exponent(value: number, digits: number): string {
  const [mantissa = '', power = ''] = value.toExponential(digits - 1).split('e');
  return `${mantissa.replace(/\.?0+$/, '').replace('-', MINUS)}e${power.replace('+', '').replace('-', MINUS)}`;
}

/**
 * One way of writing for all the values of a column, so that digits stand under digits: integers stay integers,
 * the rest shares the decimals that give the typical value four significant digits.
 */
export function columnFormat(values: readonly Value[]): (value: Value) => string {
  const finite = values.map(toNumber).filter((value) => Number.isFinite(value));
  if (finite.every((value) => Number.isInteger(value) && Math.abs(value) < 1e9))
    return (value) => short(value);
  const sizes = finite
    .map(Math.abs)
    .filter((size) => size > 0)
    .sort((a, b) => a - b);
  const typical = sizes[Math.floor(sizes.length / 2)] ?? 1;
  if (typical >= 1e9 || typical < 1e-4) return (value) => short(value);
  const decimals = decimalsFor(typical, 4);
  const smallest = 0.5 * 10 ** -decimals;
  return (value) => {
    const number = toNumber(value);
    if (!Number.isFinite(number)) return wordOf(number);
    const size = Math.abs(number);
    if (size >= 1e9 || (size > 0 && size < smallest)) return exponent(number, 3);
    return grouped(number, decimals);
  };
}

/** Whether a parameter's text is a plain number. */
export function isNumeric(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim());
}

/** A parameter as text; a number of many digits is shortened. */
export function shortParam(text: string): string {
  return text.length > 9 && isNumeric(text) ? short(Number(text), 5) : text;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** "1 candidate", "24 candidates". */
export function plural(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? '' : 's'}`;
}

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  let scaled = size;
  let unit = -1;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return `${scaled.toFixed(scaled < 9.95 ? 1 : 0)} ${units[unit]}`;
}
