import { describe, expect, it } from 'vitest';
import { isRich, parseInline, parseNote, summary } from './note';

describe('a rich note', () => {
  it('has what the whole of Markdown is needed for', () => {
    for (const text of [
      '| a | b |\n|---|---|',
      '![plot](a.png)',
      'so\n\n> said',
      '- a\n  - b',
      'a\n\n---\n',
      '- [x] done',
      '~~no~~',
    ])
      expect(isRich(text), text).toBe(true);
    for (const text of ['# Why\n\n**a** | b', '- a\n- b', '1. a', 'x > y', 'a -- b', '```\ncode\n```', '*a*'])
      expect(isRich(text), text).toBe(false);
  });
});

describe('a note', () => {
  it('is paragraphs, headings, lists and code', () => {
    expect(parseNote('# Why\n\nfirst\nsecond\n\n- a\n- b\n1. c\n\n```python\nx = 1\n\ny\n```\nend')).toEqual([
      { kind: 'heading', content: [{ kind: 'text', text: 'Why' }] },
      { kind: 'paragraph', content: [{ kind: 'text', text: 'first\nsecond' }] },
      { kind: 'list', ordered: false, items: [[{ kind: 'text', text: 'a' }], [{ kind: 'text', text: 'b' }]] },
      { kind: 'list', ordered: true, items: [[{ kind: 'text', text: 'c' }]] },
      { kind: 'code', text: 'x = 1\n\ny' },
      { kind: 'paragraph', content: [{ kind: 'text', text: 'end' }] },
    ]);
  });

  it('keeps code that was never closed', () => {
    expect(parseNote('```\nopen')).toEqual([{ kind: 'code', text: 'open' }]);
  });

  it('knows emphasis, code and links', () => {
    expect(parseInline('a **b** _c_ `d*e*` [f](https://g.example/h) https://i.example/j.')).toEqual([
      { kind: 'text', text: 'a ' },
      { kind: 'strong', text: 'b' },
      { kind: 'text', text: ' ' },
      { kind: 'emphasis', text: 'c' },
      { kind: 'text', text: ' ' },
      { kind: 'code', text: 'd*e*' },
      { kind: 'text', text: ' ' },
      { kind: 'link', text: 'f', href: 'https://g.example/h' },
      { kind: 'text', text: ' ' },
      { kind: 'link', text: 'https://i.example/j', href: 'https://i.example/j' },
      { kind: 'text', text: '.' },
    ]);
  });

  it('links nothing but http and https', () => {
    for (const text of [
      '[x](javascript:alert(1))',
      '[x](data:text/html,y)',
      '<a href="https:">',
      'snake_case_name',
    ]) {
      expect(parseInline(text).every(({ kind }) => kind === 'text')).toBe(true);
    }
  });
});

it.each([
  [
    '# Card\n\nReads **digits** of\n`8x8` [pixels](https://a.example/).\n\n- a',
    'Reads digits of 8x8 pixels.',
  ],
  ['# Card', 'Card'],
  ['- *first*\n- second', 'first'],
  ['```\ncode\nmore\n```', 'code'],
  ['', ''],
])('sums up %j', (text, said) => expect(summary(text)).toBe(said));
