import { describe, expect, test } from 'vitest';
import type { Column } from '../api/schema';
import { examples, splitAt } from './filter';
import { lookOf, looks } from './palette';
import { rowWindow, scrollToShow } from './window';
import { parts } from './work';

describe('the rows in a scrolled box', () => {
  test.each([
    [0, 320, 1000, 0, 18],
    [3200, 320, 1000, 92, 118],
    [31_680, 320, 1000, 982, 1000],
    [999_999, 320, 1000, 1000, 1000],
    [0, 320, 3, 0, 3],
    [0, 320, 0, 0, 0],
  ])('from %i, %i high, of %i in steps', (top, height, total, first, end) => {
    expect(rowWindow(top, height, 32, total)).toEqual({ first, end });
  });

  test('are brought into view by the shortest way', () => {
    expect(scrollToShow(2, 640, 300, 32, 44)).toBe(64);
    expect(scrollToShow(22, 640, 300, 32, 44)).toBe(640);
    expect(scrollToShow(40, 640, 300, 32, 44)).toBe(40 * 32 + 32 + 44 - 300);
  });
});

describe('looks', () => {
  test('of many candidates share neither colour nor dash', () => {
    const found = looks(Array.from({ length: 40 }, (_, index) => index * 8 + 3));
    expect(new Set([...found.values()].map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(40);
  });

  test('stay when others come and go', () => {
    expect(looks([4, 7, 9]).get(7)).toEqual(looks([7]).get(7));
  });

  test('begin with whole lines', () => {
    expect(lookOf(0)).toEqual({ colour: '--series-0', dash: [] });
    expect(lookOf(8).dash).not.toEqual([]);
  });
});

test.each([
  ['abc', 2, ['a', 'b', 'c']],
  ['abc', 4, ['abc', ' ', '']],
  ['abc', 99, ['abc', ' ', '']],
  ['a🎈c', 3, ['a🎈', 'c', '']],
  ['', 1, ['', ' ', '']],
] as const)('the text %j is cut at its character %i', (text, position, parts) => {
  expect(splitAt(text, position)).toEqual(parts);
});

test('examples of filters use the keys that are there', () => {
  const columns: Column[] = [
    { kind: 'metric', key: 'val/acc', candidates: 3, distinct: 2, influence: 0 },
    { kind: 'param', key: 'model', candidates: 3, distinct: 2, influence: 0 },
    { kind: 'metadata', key: 'mlflow.source', candidates: 3, distinct: 2, influence: 0 },
  ];
  const texts = examples(columns, () => "it's").map(({ text }) => text);
  expect(texts).toContain('metrics."val/acc" > 0.8');
  expect(texts).toContain("params.model = 'it''s'");
  expect(texts.join()).not.toContain('mlflow.source');
  expect(examples([], () => undefined).length).toBeGreaterThan(0);
});

test('items are divided into parts in their order', () => {
  expect(parts([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(parts([], 2)).toEqual([]);
});
