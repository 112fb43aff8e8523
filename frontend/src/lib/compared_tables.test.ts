import { expect, test } from 'vitest';
import type { ComparedTables, TablePanel } from '../api/schema';
import { deepest, joinedTable, tablePaths, tablesSearch } from './compared_tables';

const panel = (name: string, part: Partial<TablePanel>): TablePanel => ({
  candidate: 1,
  name,
  summary: '',
  columns: [],
  rows: [],
  omitted: 0,
  matrix: null,
  counts: [],
  ...part,
});
const found = (part: Partial<ComparedTables>): ComparedTables => ({
  title: '',
  summary: '',
  kind: 'tables',
  numeric: [],
  edges: [],
  panels: [],
  ...part,
});

test('the tables that most candidates have come first', () => {
  const tables = [
    { candidate: 1, path: 'b.csv' },
    { candidate: 1, path: 'a.csv' },
    { candidate: 2, path: 'b.csv' },
  ];
  expect(tablePaths(tables)).toEqual(['b.csv', 'a.csv']);
});

test('the address of a picture names what is shown', () => {
  expect(tablesSearch([3, 1], 'eval/a b.csv', '')).toBe('?candidates=3.1&path=eval%2Fa+b.csv');
  expect(tablesSearch([3], 'a.csv', 'sure')).toBe('?candidates=3&path=a.csv&column=sure');
});

test('matrices share their shades', () => {
  const labels = ['a', 'b'];
  const matrices = [
    [
      [8, 1],
      [0, 7],
    ],
    [
      [5, 4],
      [6, 1],
    ],
  ];
  expect(deepest(matrices.map((values) => ({ rows: '', labels, values })))).toEqual({ right: 8, wrong: 6 });
});

test('a histogram is a table of its bars', () => {
  const panels = [panel('a', { counts: [2, 0] }), panel('b', { counts: [1, 1] })];
  expect(joinedTable(found({ kind: 'histograms', edges: [0, 5, 10], panels }))).toEqual({
    columns: ['from', 'to', 'a', 'b'],
    rows: [
      ['0', '5', '2', '1'],
      ['5', '10', '0', '1'],
    ],
  });
});

test('tables of candidates stand below each other, with the columns of all', () => {
  const panels = [
    panel('a', { columns: ['x', 'y'], rows: [['1', '2']] }),
    panel('b', { columns: ['y', 'z'], rows: [['3', '4']] }),
  ];
  expect(joinedTable(found({ panels }))).toEqual({
    columns: ['candidate', 'x', 'y', 'z'],
    rows: [
      ['a', '1', '2', ''],
      ['b', '', '3', '4'],
    ],
  });
});
