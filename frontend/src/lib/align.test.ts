import { describe, expect, it } from 'vitest';
import { align, describe as describeSeries, groupByPrefix, positiveOnly, spread } from './curves';
import { oddities } from './oddities';

describe('curves on one axis', () => {
  it('share every place, and a place that occurs twice stays twice', () => {
    const aligned = align([
      { x: [0, 1, 1, 3], y: [10, 11, 12, 13] },
      { x: [1, 2], y: ['NaN', 5] },
    ]);
    expect(aligned.x).toEqual([0, 1, 1, 2, 3]);
    expect(aligned.y).toEqual([
      [10, 11, 12, undefined, 13],
      [undefined, null, undefined, 5, undefined],
    ]);
  });

  it('name what no line can show', () => {
    expect(oddities([{ x: [0, 1, 2, 3], y: [1, 'NaN', 'Infinity', '-Infinity'] }])).toEqual([
      { series: 0, from: 1, to: 1, word: 'NaN' },
      { series: 0, from: 2, to: 2, word: '+∞' },
      { series: 0, from: 3, to: 3, word: '−∞' },
    ]);
  });

  it('have no place for zero on a logarithmic axis', () => {
    expect(positiveOnly({ x: [0, 1, 2], y: [[1, 0, -3]] }).y).toEqual([[1, null, null]]);
  });
});

it('metrics are grouped by prefix', () => {
  const groups = groupByPrefix(['val/a', 'loss', 'system/x', 'val/b'].map((key) => ({ key })));
  expect(groups.map(({ name, items }) => [name, items.length])).toEqual([
    ['', 1],
    ['val', 2],
    ['system', 1],
  ]);
});

it('a curve is told in a sentence', () => {
  const series = {
    key: 'loss',
    count: 10,
    last: 'NaN' as const,
    last_step: 9,
    last_timestamp: 0,
    minimum: 0.25,
    minimum_step: 8,
    maximum: 2,
    maximum_step: 0,
    has_nan: true,
    has_infinity: false,
    odd_step: null,
  };
  expect(describeSeries(series)).toBe(
    'loss: 10 points, last NaN at step 9, lowest 0.2500 at step 8, highest 2 at step 0, some points are not a number.',
  );
});

it('labels move apart and stay inside', () => {
  const placed = spread([10, 11, 12, 95], 10, 0, 100);
  expect(placed).toHaveLength(4);
  placed.forEach((place, index) => {
    expect(place).toBeGreaterThanOrEqual(0);
    expect(place).toBeLessThanOrEqual(100);
    if (index > 0) expect(place - (placed[index - 1] as number)).toBeGreaterThanOrEqual(10);
  });
});
