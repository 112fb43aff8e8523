import { describe, expect, it } from 'vitest';
import { bytesToRead, readable } from './preview';

describe('a file made readable', () => {
  it('indents JSON, and shows a table of log_table as one', () => {
    const shown = readable('json', 't.json', '{"columns":["a","b"],"data":[[1,null],["x",{"y":2}]]}');
    expect(shown.table).toEqual({
      columns: ['a', 'b'],
      rows: [
        ['1', ''],
        ['x', '{"y":2}'],
      ],
    });
    expect(shown.text.startsWith('{\n  "columns"')).toBe(true);
    expect(shown.json).toEqual({
      columns: ['a', 'b'],
      data: [
        [1, null],
        ['x', { y: 2 }],
      ],
    });
  });

  it('shows what JSON cannot read as it is', () => {
    for (const text of ['{"loss": NaN}', '{"a":1}\n{"a":2}', '']) {
      expect(readable('json', 'x.json', text)).toMatchObject({ text, json: undefined, table: null });
    }
  });

  it('reads comma and tab separated values', () => {
    expect(readable('csv', 'a.csv', 'x,y\n1,"2,3"\n').table).toEqual({
      columns: ['x', 'y'],
      rows: [['1', '2,3']],
    });
    expect(readable('csv', 'a.tsv', 'x\ty\n1\t2').table).toEqual({ columns: ['x', 'y'], rows: [['1', '2']] });
    expect(readable('csv', 'a.csv', '').table).toBeNull();
  });

  it('says when not everything is shown', () => {
    const rows = (count: number): string => `x\n${'1\n'.repeat(count)}`;
    expect(readable('csv', 'a.csv', rows(1000))).toMatchObject({ whole: true });
    const long = readable('csv', 'a.csv', rows(1001));
    expect(long.whole).toBe(false);
    expect(long.table?.rows).toHaveLength(1000);
    expect(readable('text', 'a.txt', 'x'.repeat(300_001))).toMatchObject({ cut: true });
    expect(readable('csv', 'a.csv', 'x,y\n1,2\n3,', true)).toMatchObject({
      whole: false,
      table: { columns: ['x', 'y'], rows: [['1', '2']] },
    });
    expect(readable('json', 'a.json', '{"a":', true)).toMatchObject({ cut: true, json: undefined });
  });

  it('reads the beginning only of what is large', () => {
    expect(bytesToRead('text', 10)).toBe(10);
    expect(bytesToRead('text', 10_000_000)).toBe(1_000_000);
    expect(bytesToRead('json', 4_000_000)).toBe(4_000_000);
    expect(bytesToRead('json', 40_000_000)).toBe(1_000_000);
  });
});
