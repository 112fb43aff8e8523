import { expect, test } from 'vitest';
import type { Column } from '../api/schema';
import cases from './filter_cases.json';
import { distance, fixOf } from './filter_fix';
import { terms, without } from './filter_tokens';

const COLUMNS: Column[] = [
  { kind: 'param', key: 'model', candidates: 3, distinct: 2, influence: 0 },
  { kind: 'metric', key: 'val/acc', candidates: 3, distinct: 2, influence: 0 },
];

test.each(cases.terms.filter((item) => item.terms !== null))('terms of $text', ({ text, terms: parts }) => {
  const found = terms(text);
  expect(found.map((term) => term.text)).toEqual(parts);
  for (const term of found) expect(text.slice(term.start, term.end)).toBe(term.text);
});

test.each(cases.fixes)('the fix of $text', ({ text, message, position, fixed }) => {
  expect(fixOf(text, { message, position }, COLUMNS)).toBe(fixed);
});

test('what is not yet a filter has terms all the same', () => {
  expect(terms("a = 1 AND params.model = 'res").map((term) => term.text)).toEqual([
    'a = 1',
    "params.model = 'res",
  ]);
  expect(terms('val/acc >> AND b = 1').length).toBeGreaterThan(0);
  expect(terms('(((').map((term) => term.text)).toEqual(['(((']);
  expect(terms(') = = AND')).toHaveLength(1);
});

test('a condition is taken out with its AND', () => {
  const text = "convnext status = 'FAILED' AND lr > 1";
  const [word, status] = terms(text);
  expect(without(text, status ?? { start: 0, end: 0, text: '' })).toBe('convnext AND lr > 1');
  expect(without(text, word ?? { start: 0, end: 0, text: '' })).toBe("status = 'FAILED' AND lr > 1");
});

test('distances', () => {
  expect(distance('status', 'statsu')).toBe(1);
  expect(distance('modle', 'model')).toBe(1);
  expect(distance('', 'abc')).toBe(3);
});
