import { expect, it } from 'vitest';
import { jsonTokens } from './json';

it('the tokens of JSON joined are its text', () => {
  const text = JSON.stringify(
    { key: 'va"l:ue', n: [-1.5e-7, 0, true, null], deep: { 'a b': '\\' } },
    null,
    2,
  );
  const tokens = jsonTokens(text);
  expect(tokens.map((token) => token.text).join('')).toBe(text);
  expect(tokens.filter(({ kind }) => kind === 'key').map((token) => token.text)).toEqual([
    '"key"',
    '"n"',
    '"deep"',
    '"a b"',
  ]);
  expect(tokens.filter(({ kind }) => kind === 'number').map((token) => token.text)).toEqual(['-1.5e-7', '0']);
  expect(tokens.filter(({ kind }) => kind === 'word').map((token) => token.text)).toEqual(['true', 'null']);
});
