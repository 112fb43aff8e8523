import { describe, expect, test } from 'vitest';
import {
  align,
  extremes,
  groupByPrefix,
  lastPoint,
  nextLine,
  positiveOnly,
  sameCurves,
  describe as sentence,
  spread,
  summaryOf,
} from './curves';
import { oddities } from './oddities';

describe('curves on one axis', () => {
  test('keep their points and say where they have none', () => {
    const { x, y } = align([
      { x: [1, 3], y: [10, 30] },
      { x: [2, 3], y: [2, 'NaN'] },
    ]);
    expect(x).toEqual([1, 2, 3]);
    expect(y).toEqual([
      [10, undefined, 30],
      [undefined, 2, null],
    ]);
  });

  test('lose no step that was logged twice', () => {
    const { x, y } = align([
      { x: [1, 1, 2], y: [5, 6, 7] },
      { x: [1, 2], y: [8, 9] },
    ]);
    expect(x).toEqual([1, 1, 2]);
    expect(y).toEqual([
      [5, 6, 7],
      [8, undefined, 9],
    ]);
  });

  test('are nothing without points', () => {
    expect(align([{ x: [], y: [] }])).toEqual({ x: [], y: [[]] });
  });

  test('have no place for what is not above zero on a logarithmic axis', () => {
    expect(positiveOnly({ x: [1, 2, 3, 4], y: [[-1, 0, 2, undefined]] }).y).toEqual([
      [null, null, 2, undefined],
    ]);
  });
});

test('odd points keep their curve, their place and their word', () => {
  expect(
    oddities([
      { x: [1, 2], y: [1, 'NaN'] },
      { x: [5, 6], y: ['Infinity', '-Infinity'] },
    ]),
  ).toEqual([
    { series: 0, from: 2, to: 2, word: 'NaN' },
    { series: 1, from: 5, to: 5, word: '+∞' },
    { series: 1, from: 6, to: 6, word: '−∞' },
  ]);
});

describe('labels moved apart', () => {
  test('stay where they fit', () => {
    expect(spread([10, 50, 90], 13, 0, 100)).toEqual([10, 50, 90]);
  });

  test('never overlap and never leave the box', () => {
    const placed = spread([40, 40, 41, 98, 99], 13, 0, 100);
    for (let index = 1; index < placed.length; index += 1) {
      expect((placed[index] as number) - (placed[index - 1] as number)).toBeGreaterThanOrEqual(13);
    }
    expect(placed.at(-1)).toBeLessThanOrEqual(100);
  });
});

test('the last point and the extremes are of the curve, numbers only', () => {
  const curve = { x: [1, 2, 3, 4], y: [2, -1, 5, 'NaN'] as (number | 'NaN')[] };
  expect(lastPoint(curve)).toEqual({ x: 4, value: 'NaN' });
  expect(extremes(curve)).toEqual({ lowest: { x: 2, value: -1 }, highest: { x: 3, value: 5 } });
  expect(lastPoint({ x: [], y: [] })).toBeNull();
  expect(extremes({ x: [1], y: ['NaN'] })).toEqual({ lowest: null, highest: null });
});

describe('a summary', () => {
  const a = { label: 'a', x: [1], y: [0.5] };
  const b = { label: 'b', x: [1], y: [0.75] };
  const odd = { label: 'c', x: [1], y: ['NaN' as const] };

  test('names the ends', () => {
    expect(summaryOf('acc', [a, b, odd])).toBe(
      'acc of 3 candidates: highest at the end b with 0.7500, lowest a with 0.5000. Not a number (✕) or infinite (∧ ∨) at places: c.',
    );
    expect(summaryOf('acc', [a])).toBe('acc of 1 candidate: a ends at 0.5000.');
    expect(summaryOf('acc', [odd])).toBe(
      'acc of 1 candidate, none of which ends in a number. Not a number (✕) or infinite (∧ ∨) at places: c.',
    );
  });

  test('of one series has its extremes', () => {
    const text = sentence({
      key: 'loss',
      count: 3,
      last: 0.25,
      last_step: 2,
      last_timestamp: 0,
      minimum: 0.125,
      minimum_step: 1,
      maximum: 2,
      maximum_step: 0,
      has_nan: true,
      has_infinity: false,
      odd_step: null,
    });
    expect(text).toContain('3 points, last 0.2500 at step 2');
    expect(text).toContain('lowest 0.1250 at step 1');
    expect(text).toContain('not a number');
  });
});

test('metrics are grouped by prefix, those of the machine last', () => {
  const keys = ['val/acc', 'sys/gpu', 'loss', 'val/loss'].map((key) => ({ key }));
  expect(groupByPrefix(keys).map(({ name, items }) => [name, items.length])).toEqual([
    ['', 1],
    ['val', 2],
    ['sys', 1],
  ]);
});

test('the keyboard goes around the lines', () => {
  const lines = [{ id: 7 }, { id: 8 }, { id: 9 }];
  expect(nextLine(lines, null, 1)).toBe(7);
  expect(nextLine(lines, null, -1)).toBe(9);
  expect(nextLine(lines, 9, 1)).toBe(7);
  expect(nextLine(lines, 7, -1)).toBe(9);
  expect(nextLine([], null, 1)).toBeNull();
});

test('curves are the same while no point of them differs', () => {
  const curve = { candidate: 1, key: 'loss', x: [0, 1], y: [0.5, 'NaN' as const], count: 2 };
  expect(sameCurves([curve], [structuredClone(curve)])).toBe(true);
  expect(sameCurves([curve], [{ ...curve, y: [0.5, 'Infinity'] }])).toBe(false);
  expect(sameCurves([curve], [{ ...curve, x: [0, 2] }])).toBe(false);
  expect(sameCurves([curve], [{ ...curve, count: 3 }])).toBe(false);
  expect(sameCurves([curve], [{ ...curve, candidate: 2 }])).toBe(false);
  expect(sameCurves([curve], [])).toBe(false);
});
