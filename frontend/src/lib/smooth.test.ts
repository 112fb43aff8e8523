import { describe, expect, it } from 'vitest';
import { smooth } from './smooth';

describe('smoothing', () => {
  it('changes nothing at weight 0', () => {
    expect(smooth([1, 5, -2, 'NaN'], 0)).toEqual([1, 5, -2, 'NaN']);
  });

  it('starts at the first value and stays at a constant', () => {
    expect(smooth([7, 0], 0.9)[0]).toBeCloseTo(7, 12);
    for (const value of smooth([3, 3, 3, 3], 0.9)) expect(value).toBeCloseTo(3, 12);
  });

  it('weighs later values more', () => {
    // Average of 0 and 1 at weight 0.5: (0.25 * 0 + 0.5 * 1) / 0.75.
    expect(smooth([0, 1], 0.5)[1]).toBeCloseTo(2 / 3, 12);
  });

  it('leaves gaps where they are, and goes on behind them as if they were not', () => {
    const whole = smooth([1, 2, 4], 0.6);
    expect(smooth([1, 'NaN', 2, 'Infinity', 4], 0.6)).toEqual([
      whole[0],
      'NaN',
      whole[1],
      'Infinity',
      whole[2],
    ]);
  });
});
