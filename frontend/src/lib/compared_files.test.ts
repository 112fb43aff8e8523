import { expect, it } from 'vitest';
import { csvOf, histogramSvg, histogramTable, joinedTable, matrixSvg } from './compared_files';
import { histogram } from './compared_tables';

const INKS = { ground: '#fff', ink: '#000', faint: '#666', line: '#ddd', right: '#00f', wrong: '#f00' };
const found = histogram([[0, 1, 10], [10]], 2);

it('a histogram is a table of its bins', () => {
  if (found === null) throw new Error('no histogram');
  expect(histogramTable(found, ['a', 'b'])).toEqual({
    columns: ['from', 'to', 'a', 'b'],
    rows: [
      ['0', '5', '2', '0'],
      ['5', '10', '1', '1'],
    ],
  });
});

it('tables of candidates stand below each other, with the columns of all', () => {
  const one = { name: 'a', value: { columns: ['x', 'y'], rows: [['1', '2']] } };
  const other = { name: 'b', value: { columns: ['y', 'z'], rows: [['3', '4']] } };
  expect(joinedTable([one, other])).toEqual({
    columns: ['candidate', 'x', 'y', 'z'],
    rows: [
      ['a', '1', '2', ''],
      ['b', '', '3', '4'],
    ],
  });
});

it('cells are quoted where they must be, and no formula', () => {
  expect(
    csvOf({
      columns: ['a,b', 'c'],
      rows: [
        ['say "x"', '=1+1'],
        ['-2', '-x'],
      ],
    }),
  ).toBe('"a,b",c\r\n"say ""x""",\'=1+1\r\n-2,\'-x\r\n');
});

it('pictures draw every bar and every cell on one scale, and names as text', () => {
  if (found === null) throw new Error('no histogram');
  const bars = histogramSvg('sure', found, ['<a>', 'b'], ['#111', '#222'], INKS);
  expect(bars.match(/<rect/g)).toHaveLength(1 + 4);
  expect(bars).toContain('&#60;a&#62;');
  const matrix = {
    rows: 'truth',
    labels: ['cat', 'dog'],
    values: [
      [4, 1],
      [0, 2],
    ],
  };
  const cells = matrixSvg('confusion', [{ name: 'a', value: matrix }], { right: 4, wrong: 1 }, INKS);
  expect([...cells.matchAll(/fill-opacity="([\d.]+)"/g)].map(([, depth]) => depth)).toEqual([
    '0.500',
    '0.500',
    '0.000',
    '0.250',
  ]);
});
