import { expect, test } from 'vitest';
import { categoryScale, decades, numberScale, roundNumbers } from './scale';

test('round numbers are multiples of 1, 2 or 5', () => {
  expect(roundNumbers(0, 1, 6)).toEqual([0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
  expect(roundNumbers(3, 3, 5)).toEqual([3]);
});

test('decades have numbers between them only where they are few', () => {
  expect(decades(0.1, 10)).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10]);
  expect(decades(1e-4, 1e2)).toHaveLength(7);
});

test.each([[false], [true]])('a place leads back to its value (log %s)', (log) => {
  const scale = numberScale([0.01, 5, Number.NaN, 100], log, 200, 10);
  expect(scale.value(scale.place(5))).toBeCloseTo(5, 9);
  expect(scale.place(0.01)).toBeGreaterThan(scale.place(100));
  expect(scale.shows(Number.NaN)).toBe(false);
  expect(scale.shows(-1)).toBe(!log);
});

test('one value, none, and equal ones still make an axis', () => {
  for (const values of [[], [3], [0, 0], [Number.NaN]]) {
    const scale = numberScale(values, false, 0, 100);
    expect(Number.isFinite(scale.place(0.5))).toBe(true);
  }
});

test('one value is the one tick of its axis', () => {
  const scale = numberScale([0.91, 0.91], false, 0, 100);
  expect(scale.ticks).toEqual([{ at: scale.place(0.91), text: '0.91' }]);
});

test('each text has a place of its own', () => {
  const scale = categoryScale(['a', 'b'], 100, 0);
  expect([scale.place(0), scale.place(1)]).toEqual([75, 25]);
  expect(scale.value(75)).toBe(0);
  expect(scale.ticks.map(({ text }) => text)).toEqual(['a', 'b']);
});
