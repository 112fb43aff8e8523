import { expect, test } from 'vitest';
import { choiceOf, conjuncts, intervalOf, withChoice, withInterval } from './brush';

const LR = 'params.lr';
const ACC = 'max(metrics."val/acc")';

test('a filter is split where AND stands outside of quotes and parentheses', () => {
  expect(conjuncts("a = 'x AND y' AND (b < 1 and c > 2) and d IS NULL")).toEqual([
    "a = 'x AND y'",
    '(b < 1 and c > 2)',
    'd IS NULL',
  ]);
  expect(conjuncts('')).toEqual([]);
});

test('a range is added, replaced and taken away, and the rest of the filter stays', () => {
  const first = withInterval('resnet', LR, { low: 0.001, high: 0.1 });
  expect(first).toBe('resnet AND params.lr >= 0.001 AND params.lr <= 0.1');
  const second = withInterval(first, ACC, { low: 0.8, high: 0.9123456 });
  expect(intervalOf(second, LR)).toEqual({ low: 0.001, high: 0.1 });
  expect(intervalOf(second, ACC)).toEqual({ low: 0.8, high: 0.9123 });
  expect(withInterval(second, LR, null)).toBe(`resnet AND ${ACC} >= 0.8 AND ${ACC} <= 0.9123`);
  expect(intervalOf(withInterval(first, LR, null), LR)).toBeNull();
});

test('what was joined by OR is put into parentheses first', () => {
  expect(withInterval('a < 1 OR b < 2', LR, { low: 1, high: 2 })).toBe(
    '(a < 1 OR b < 2) AND params.lr >= 1 AND params.lr <= 2',
  );
});

test('texts are chosen by name, quotes in them doubled', () => {
  const filter = withChoice('', 'params.model', ["o'neil", 'b, c']);
  expect(filter).toBe("params.model IN ('o''neil', 'b, c')");
  expect(choiceOf(filter, 'params.model')).toEqual(["o'neil", 'b, c']);
  expect(withChoice(filter, 'params.model', null)).toBe('');
});
