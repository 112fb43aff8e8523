import { describe, expect, test } from 'vitest';
import type { CandidateRow } from '../api/schema';
import { columnWindow, depthOf, dropIndex, edges, scrollToColumn } from './grid';

const AT = edges([100, 50, 200, 100]);

test('edges are the sums of the widths', () => {
  expect(AT).toEqual([0, 100, 150, 350, 450]);
  expect(edges([])).toEqual([0]);
});

describe('the columns in a scrolled box', () => {
  test.each([
    [0, 120, 0, 2],
    [100, 40, 1, 2],
    [149, 2, 1, 3],
    [450, 100, 4, 4],
  ])('from %i, %i wide', (left, width, first, end) => {
    expect(columnWindow(AT, left, width, 0)).toEqual({ first, end });
  });

  test('have some to spare on both sides', () => {
    expect(columnWindow(AT, 200, 10, 60)).toEqual({ first: 1, end: 3 });
  });

  test('are none without columns', () => {
    expect(columnWindow([0], 0, 500)).toEqual({ first: 0, end: 0 });
  });
});

test.each([
  [0, 120, 0],
  [1, 120, 100],
  [3, 0, 250],
  [2, 100, 150],
  [1, 60, 60],
])('to bring column %i into view from %i, scroll to %i', (index, left, expected) => {
  expect(scrollToColumn(AT, index, left, 200)).toBe(expected);
});

test.each([
  [-20, 0],
  [49, 0],
  [51, 1],
  [140, 2],
  [999, 4],
])('a column dropped at %i goes before column %i', (x, expected) => {
  expect(dropIndex(AT, x)).toBe(expected);
});

describe('how deep a candidate is nested', () => {
  function rows(...pairs: [string, string | null][]): CandidateRow[] {
    return pairs.map(([external_id, parent]) => ({ external_id, parent }) as CandidateRow);
  }

  test('counts parents right above, past brothers and their children', () => {
    const list = rows(['p', null], ['a', 'p'], ['a1', 'a'], ['b', 'p'], ['q', null]);
    expect(list.map((_, index) => depthOf(list, index))).toEqual([0, 1, 2, 1, 0]);
  });

  test('is unknown where the parent stands elsewhere', () => {
    const list = rows(['a', 'p'], ['p', null], ['q', null], ['b', 'p'], ['c', 'gone']);
    expect(list.map((_, index) => depthOf(list, index))).toEqual([null, 0, 0, null, null]);
  });

  test('ends at rows that are not read yet', () => {
    expect(depthOf([undefined, { external_id: 'a', parent: 'p' } as CandidateRow], 1)).toBeNull();
  });
});
