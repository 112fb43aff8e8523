import { describe, expect, it } from 'vitest';
import { jsonTable, parseSeparated } from './tables';

const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

describe('separated values', () => {
  it('come back from what was written', () => {
    const rows = [
      ['name', 'text'],
      ['a,b', 'line\none'],
      ['say "x"', ''],
      ['', 'end'],
    ];
    for (const end of ['\n', '\r\n']) {
      const text = rows.map((row) => row.map(quote).join(',')).join(end);
      const { columns, rows: found } = parseSeparated(text, ',');
      expect([columns, ...found]).toEqual(rows);
    }
  });

  it('may end with or without a line end, and skip blank lines', () => {
    expect(parseSeparated('a,b\n\n1,2\n', ',').rows).toEqual([['1', '2']]);
    expect(parseSeparated('a,b\n1,2', ',').rows).toEqual([['1', '2']]);
  });

  it('stop at the most rows', () => {
    expect(parseSeparated('a\n1\n2\n3\n4', ',', 2).rows).toEqual([['1'], ['2']]);
  });
});

describe('JSON tables', () => {
  it('are an object of columns and rows, nothing else', () => {
    expect(jsonTable({ columns: ['a'], data: [[true]] })).toEqual({ columns: ['a'], rows: [['true']] });
    for (const other of [
      null,
      3,
      [],
      {},
      { columns: ['a'] },
      { columns: ['a'], data: [1] },
      { columns: 1, data: [] },
    ]) {
      expect(jsonTable(other)).toBeNull();
    }
  });
});
