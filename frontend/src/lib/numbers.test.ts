import { describe, expect, it } from 'vitest';
import cases from './difference_cases.json';
import { bytes, columnFormat, difference, exact, isNumeric, plural, short, shortParam } from './numbers';

describe('numbers', () => {
  it('have four significant digits alone', () => {
    const pairs: [number | 'NaN' | 'Infinity' | '-Infinity', string][] = [
      [0.857312, '0.8573'],
      [12340, '12,340'],
      [3.1e-7, '3.1e\u22127'],
      [-2.5, '\u22122.500'],
      [0, '0'],
      [1.5e12, '1.5e12'],
      ['NaN', 'NaN'],
      ['Infinity', '\u221e'],
      ['-Infinity', '\u2212\u221e'],
    ];
    for (const [value, text] of pairs) expect(short(value)).toBe(text);
  });

  it('keep every digit when asked', () => {
    expect(exact(0.1 + 0.2)).toBe('0.30000000000000004');
    expect(exact('NaN')).toBe('NaN');
  });

  it('stand under each other in a column', () => {
    const format = columnFormat([0.5, 0.25, 12]);
    expect([0.5, 0.25, 12].map(format)).toEqual(['0.5000', '0.2500', '12.0000']);
    expect([1, 20].map(columnFormat([1, 20]))).toEqual(['1', '20']);
  });
});

describe('texts', () => {
  it('are numbers only when nothing else is in them', () => {
    for (const text of ['1', '-.5', '1e-3', ' 2. ']) expect(isNumeric(text)).toBe(true);
    for (const text of ['', '1 2', '0x1', 'NaN', '1e', '.']) expect(isNumeric(text)).toBe(false);
  });

  it('of many digits are shortened', () => {
    expect(shortParam('0.123456789123')).toBe('0.12346');
    expect(shortParam('a rather long text')).toBe('a rather long text');
  });

  it('name sizes and counts', () => {
    expect([bytes(999), bytes(1000), bytes(12_345), bytes(999_600), bytes(2.5e9)]).toEqual([
      '999 B',
      '1.0 kB',
      '12 kB',
      '1.0 MB',
      '2.5 GB',
    ]);
    expect([plural(1, 'file'), plural(2000, 'file')]).toEqual(['1 file', '2,000 files']);
  });
});

it.each(cases as [number, string][])(
  'a difference of %s is written as the server writes it',
  (size, text) => {
    expect(difference(size).replace('\u2212', '-')).toBe(text);
    expect(difference(-size)).toBe(difference(size));
  },
);
