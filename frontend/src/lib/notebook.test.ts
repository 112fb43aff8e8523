import { describe, expect, it } from 'vitest';
import { parseNotebook } from './notebook';

const code = (outputs: unknown[]): string =>
  JSON.stringify({
    cells: [{ cell_type: 'code', execution_count: 3, source: ['x = 1\n', 'x'], outputs }],
    metadata: {},
  });

describe('a notebook', () => {
  it('has cells of text and of code, in its language', () => {
    const found = parseNotebook(
      JSON.stringify({
        cells: [
          { cell_type: 'markdown', source: '# Title' },
          { cell_type: 'code', source: ['1'], execution_count: null, outputs: [] },
          { cell_type: 'heading', source: 'old' },
        ],
        metadata: { language_info: { name: 'R' } },
      }),
    );
    expect(found?.suffix).toBe('r');
    expect(found?.cells.map(({ kind, text, run }) => [kind, text, run])).toEqual([
      ['markdown', '# Title', null],
      ['code', '1', null],
      ['raw', 'old', null],
    ]);
  });

  it('shows what was printed, pictures and errors, and no HTML', () => {
    const found = parseNotebook(
      code([
        { output_type: 'stream', text: ['1\n', '2\n'] },
        { output_type: 'display_data', data: { 'text/plain': '<Figure>', 'image/png': 'QUJD\n' } },
        { output_type: 'execute_result', data: { 'text/html': '<b>1</b>', 'text/plain': ['1'] } },
        { output_type: 'execute_result', data: { 'text/html': '<script></script>' } },
        { output_type: 'error', traceback: ['\u001b[31mValueError\u001b[0m: bad'] },
        { output_type: 'error', ename: 'KeyError', evalue: 'x' },
      ]),
    );
    expect(found?.cells[0]?.text).toBe('x = 1\nx');
    expect(found?.cells[0]?.outputs).toEqual([
      { kind: 'text', text: '1\n2' },
      { kind: 'picture', url: 'data:image/png;base64,QUJD' },
      { kind: 'text', text: '1' },
      { kind: 'error', text: 'ValueError: bad' },
      { kind: 'error', text: 'KeyError: x' },
    ]);
  });

  it('is nothing else', () => {
    for (const text of ['', '[]', '{"worksheets":[]}', '{"cells":1}']) expect(parseNotebook(text)).toBeNull();
  });
});
