import { expect, test } from 'vitest';
import { type Cell, walkedCell, walkedTo } from './walk';

const to = (key: string, at: number): number | null => walkedTo(key, at, 4, 'ArrowRight', 'ArrowLeft');

test('arrows go on from where one is, and begin at the ends', () => {
  expect([to('ArrowRight', -1), to('ArrowRight', 1), to('ArrowLeft', 2), to('ArrowLeft', -1)]).toEqual([
    0, 2, 1, 3,
  ]);
});

test('nobody walks over an end', () => {
  expect([to('ArrowRight', 3), to('ArrowLeft', 0), to('Home', 2), to('End', 2)]).toEqual([3, 0, 0, 3]);
});

test('other keys do not walk', () => {
  expect([to('ArrowDown', 1), to('Enter', 1)]).toEqual([null, null]);
});

const inTable = (key: string, at: Cell | null): Cell | null => walkedCell(key, at, 3, 5);

test('any arrow enters a table at its first cell', () => {
  for (const key of ['ArrowDown', 'ArrowUp', 'ArrowRight', 'ArrowLeft', 'Home'])
    expect(inTable(key, null)).toEqual({ row: 0, column: 0 });
  expect(inTable('Tab', null)).toBeNull();
});

test('arrows go from cell to cell, and Home and End along the row', () => {
  const at = { row: 1, column: 2 };
  expect(inTable('ArrowDown', at)).toEqual({ row: 2, column: 2 });
  expect(inTable('ArrowUp', at)).toEqual({ row: 0, column: 2 });
  expect(inTable('ArrowRight', at)).toEqual({ row: 1, column: 3 });
  expect(inTable('Home', at)).toEqual({ row: 1, column: 0 });
  expect(inTable('End', at)).toEqual({ row: 1, column: 4 });
  expect(inTable('ArrowDown', { row: 2, column: 4 })).toEqual({ row: 2, column: 4 });
});
