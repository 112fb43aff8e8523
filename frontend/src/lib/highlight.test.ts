import { describe, expect, it } from 'vitest';
import { codeTokens, languageOf } from './highlight';

describe('code', () => {
  it('is in the language of its name', () => {
    expect(languageOf('a/train.py')).toBe('python');
    expect(languageOf('model/MLmodel')).toBe('yaml');
    expect(languageOf('x.python')).toBe('python');
    expect(languageOf('notes.txt')).toBeNull();
  });

  it('has parts that join to the text', () => {
    const text = 'def f(x):\n    return "<b>" + x  # done\n';
    const tokens = codeTokens(text, 'python');
    expect(tokens.map((token) => token.text).join('')).toBe(text);
    expect(tokens.find(({ kind }) => kind === 'string')?.text).toBe('"<b>"');
    expect(tokens.find(({ kind }) => kind === 'comment')?.text).toBe('# done');
  });
});
