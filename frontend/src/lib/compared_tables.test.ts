import { expect, test } from 'vitest';
import {
  columnValues,
  deepest,
  diagonal,
  histogram,
  matrixOf,
  numericColumns,
  readTable,
  tablePaths,
} from './compared_tables';

test('the tables that most candidates have come first', () => {
  const tables = [
    { candidate: 1, path: 'b.csv' },
    { candidate: 1, path: 'a.csv' },
    { candidate: 2, path: 'b.csv' },
  ];
  expect(tablePaths(tables)).toEqual(['b.csv', 'a.csv']);
});

test('files are read by their kind, and what is no table is none', () => {
  expect(readTable('x.csv', 'a,b\n1,2\n')).toEqual({ columns: ['a', 'b'], rows: [['1', '2']] });
  expect(readTable('x.json', '{"columns": ["a"], "data": [[1]]}')).toEqual({ columns: ['a'], rows: [['1']] });
  expect(readTable('x.json', '{"a": 1}')).toBeNull();
  expect(readTable('x.json', '{')).toBeNull();
});

test('a square of numbers is a matrix, with labels or without', () => {
  expect(
    matrixOf({
      columns: ['', 'cat', 'dog'],
      rows: [
        ['cat', '5', '1'],
        ['dog', '2', '7'],
      ],
    }),
  ).toEqual({
    rows: '',
    labels: ['cat', 'dog'],
    values: [
      [5, 1],
      [2, 7],
    ],
  });
  expect(
    matrixOf({
      columns: ['0', '1'],
      rows: [
        ['5', '1'],
        ['2', '7'],
      ],
    })?.labels,
  ).toEqual(['0', '1']);
  expect(
    matrixOf({
      columns: ['a', 'b'],
      rows: [
        ['x', '1'],
        ['y', '2'],
      ],
    }),
  ).toBeNull();
});

test('matrices share their shades, and their diagonals are summed', () => {
  const labels = ['a', 'b'];
  const good = {
    rows: '',
    labels,
    values: [
      [8, 1],
      [0, 7],
    ],
  };
  const bad = {
    rows: '',
    labels,
    values: [
      [5, 4],
      [6, 1],
    ],
  };
  expect(deepest([good, bad])).toEqual({ right: 8, wrong: 6 });
  expect(diagonal(good)).toEqual({ on: 15, all: 16 });
  expect(
    diagonal({
      ...good,
      values: [
        [0, 0],
        [0, 0],
      ],
    }),
  ).toBeNull();
  expect(
    diagonal({
      ...good,
      values: [
        [1, -1],
        [-1, 1],
      ],
    }),
  ).toBeNull();
});

test('columns of numbers share their bins, and none is lost at the edge', () => {
  const table = {
    columns: ['n', 'w'],
    rows: [
      ['1', 'a'],
      ['2', 'b'],
      ['', 'c'],
    ],
  };
  expect(numericColumns(table)).toEqual(['n']);
  expect(columnValues(table, 'n')).toEqual([1, 2]);
  expect(histogram([[0, 1, 2], [4]], 4)).toEqual({
    edges: [0, 1, 2, 3, 4],
    counts: [
      [1, 1, 1, 0],
      [0, 0, 0, 1],
    ],
  });
  expect(histogram([[3, 3]])).toEqual({ edges: [3, 4], counts: [[2]] });
  expect(histogram([[], [Number.NaN]])).toBeNull();
});
