import { expect, test } from 'vitest';
import { moved, pinched, stretched } from './span';

test('a part moves by what is asked, and stops at the ends as wide as it was', () => {
  expect(moved([10, 20], 5, [0, 100])).toEqual([15, 25]);
  expect(moved([10, 20], -50, [0, 100])).toEqual([0, 10]);
  expect(moved([10, 20], 500, [0, 100])).toEqual([90, 100]);
  expect(moved([10, 20], 500, null)).toEqual([510, 520]);
});

test('the whole does not move', () => {
  expect(moved([0, 100], 5, [0, 100])).toEqual([0, 100]);
});

test('a part is stretched around a place, until it is the whole', () => {
  expect(stretched([0, 100], 0.5, 20, [0, 100])).toEqual([10, 60]);
  expect(stretched([10, 60], 2, 20, [0, 200])).toEqual([0, 100]);
  expect(stretched([10, 60], 4, 20, [0, 100])).toBeNull();
});

test('a stretched part that meets one end stops there', () => {
  expect(stretched([10, 20], 3, 12, [8, 100])).toEqual([8, 36]);
});

test('fingers keep the values that they hold', () => {
  const range = pinched([0, 100], [0.4, 0.6], [0.2, 0.8], [0, 100]);
  expect(range?.[0]).toBeCloseTo(100 / 3);
  expect(range?.[1]).toBeCloseTo(200 / 3);
  expect(pinched([40, 60], [0.2, 0.8], [0.49, 0.51], [0, 100])).toBeNull();
});

test('fingers that meet or cross change nothing', () => {
  expect(pinched([0, 100], [0.4, 0.6], [0.5, 0.5], null)).toEqual([0, 100]);
  expect(pinched([0, 100], [0.4, 0.6], [0.7, 0.3], null)).toEqual([0, 100]);
});
