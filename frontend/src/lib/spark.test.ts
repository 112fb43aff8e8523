import { describe, expect, it } from 'vitest';
import { sparkPath } from './spark';

describe('a tiny curve', () => {
  it('fills its box from the lowest to the highest value', () => {
    expect(sparkPath([0, 5, 10], [0, 2, 1], 100, 22)).toBe('M0.0 21.0L50.0 1.0L100.0 11.0');
  });

  it('has a gap where there is no number', () => {
    expect(sparkPath([0, 1, 2, 3], [0, 'NaN', 1, 0], 30, 22)).toBe('M0.0 21.0M20.0 1.0L30.0 21.0');
  });

  it('is empty without a number, and level when all are alike', () => {
    expect(sparkPath([0, 1], ['NaN', 'Infinity'], 10, 10)).toBe('');
    expect(sparkPath([4, 4], [2, 2], 10, 12)).toBe('M0.0 6.0L0.0 6.0');
  });
});
