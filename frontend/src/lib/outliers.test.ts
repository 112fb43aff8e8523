import { expect, test } from 'vitest';
import { logNote, withoutOutliers } from './outliers';

const usual = [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8];

test('a value far from all others is left out and counted', () => {
  expect(withoutOutliers([...usual, 1e6, 'NaN', 'Infinity'])).toEqual({ low: 1, high: 1.8, outside: 1 });
});

test('without outliers there is nothing to trim', () => {
  expect(withoutOutliers(usual)).toBeNull();
  expect(withoutOutliers([1, 1000])).toBeNull();
  expect(withoutOutliers(Array(20).fill(3))).toBeNull();
});

test('what a logarithmic axis cannot show is said, and infinity is not of it', () => {
  const said = 'Values of zero and below have no place on the logarithmic axis.';
  expect([logNote([{ y: [1, 0] }], true), logNote([{ y: [2] }, { y: [-1] }], true)]).toEqual([said, said]);
  expect([logNote([{ y: [1, 0] }], false), logNote([{ y: [1, 'NaN', '-Infinity'] }], true)]).toEqual([
    '',
    '',
  ]);
});
