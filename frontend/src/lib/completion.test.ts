import { expect, test } from 'vitest';
import type { Column } from '../api/schema';
import {
  accept,
  fieldSuggestions,
  known,
  operatorSuggestions,
  placeAt,
  valuePart,
  valueSuggestions,
} from './completion';

const COLUMNS: Column[] = [
  { kind: 'metric', key: 'val/acc', candidates: 23, distinct: 2, influence: 0 },
  { kind: 'metric', key: 'train/acc', candidates: 24, distinct: 2, influence: 0 },
  { kind: 'param', key: 'model', candidates: 20, distinct: 2, influence: 0 },
  { kind: 'param', key: 'accumulate', candidates: 5, distinct: 2, influence: 0 },
  { kind: 'metadata', key: 'mlflow.model', candidates: 24, distinct: 2, influence: 0 },
];

/** The place at the bar. */
function at(marked: string): unknown {
  const caret = marked.indexOf('|');
  const place = placeAt(marked.replace('|', ''), caret);
  if (place === null) return null;
  const { expects, typed } = place;
  return 'field' in place
    ? [expects, typed, place.field, 'operator' in place ? place.operator : '']
    : [expects, typed];
}

test.each<[string, unknown]>([
  ['|', ['field', '']],
  ['va|', ['field', 'va']],
  ['params.mo|', ['field', 'params.mo']],
  ['metrics."val/|', ['field', 'metrics."val/']],
  ['missing:l|', ['field', 'l']],
  ['params.model |', ['operator', '', 'params.model', '']],
  ['params.model LI|', ['operator', 'LI', 'params.model', '']],
  ['params.model NOT LIKE|', ['operator', 'NOT LIKE', 'params.model', '']],
  ['val/acc >|', ['value', '', 'val/acc', '>']],
  ['params.model = |', ['value', '', 'params.model', '=']],
  ["params.model = 'con|", ['value', "'con", 'params.model', '=']],
  ["params.model = 'con'|", null],
  ["params.model = 'con' |", ['join', '']],
  ["params.model = 'con' a|", ['join', 'a']],
  ["params.model = 'con' AND |", ['field', '']],
  ["params.model = 'con' AND NOT (st|", ['field', 'st']],
  ["params.model IN ('a', 'b|", ['value', "'b", 'params.model', 'IN']],
  ["params.model IN ('a') |", ['join', '']],
  ['val/acc >> 0.8|', null],
  ['note IS NULL |', ['join', '']],
  ['min(metrics.loss) |', ['operator', '', 'min(metrics.loss)', '']],
  ["st| = 'x'", ['field', 'st']],
  ["(status = 'FAILED') |", ['join', '']],
  ["convnext status = '|", ['value', "'", 'status', '=']],
])('at %s', (marked, expected) => expect(at(marked)).toEqual(expected));

test('fields begin with what is typed, then hold it; most candidates first', () => {
  const texts = (typed: string): string[] => fieldSuggestions(typed, COLUMNS, 24).map(({ text }) => text);
  expect(texts('acc')).toEqual(['params.accumulate', 'metrics.train/acc', 'metrics.val/acc']);
  expect(texts('params.')).toEqual(['params.model', 'params.accumulate']);
  expect(texts('metrics."val')).toEqual(['metrics.val/acc']);
  expect(texts('mod')).toEqual(['params.model', 'metadata.mlflow.model']);
  expect(texts('sta')).toEqual(['status', 'start_time', 'starred']);
  expect(texts('').length).toBeGreaterThan(10);
});

test('operators go with the kind of the field', () => {
  const texts = (typed: string, field: string): string[] =>
    operatorSuggestions(typed, field, COLUMNS, 24).map(({ text }) => text);
  expect(texts('', 'metrics.val/acc')[0]).toBe('>');
  expect(texts('', 'status')).not.toContain('>');
  expect(texts('i', 'model')).toEqual(['ILIKE', 'IN', 'IS NULL', 'IS NOT NULL']);
  expect(texts('', 'convnext')).toEqual(['AND', 'OR']);
  const missing = operatorSuggestions('IS NULL', 'params.model', COLUMNS, 24)[0];
  expect(missing?.count).toBe(4);
});

test('values are written as the operator takes them', () => {
  const values = [
    { value: "it's 100%", candidates: 2 },
    { value: '0.5', candidates: 1 },
  ];
  const ends = { low: 0.25, high: 0.75 };
  const inserts = (operator: string, kind: 'text' | 'mixed' | 'number', field = 'x'): string[] =>
    valueSuggestions(values, ends, { operator }, kind, 0, field).map(({ insert }) => insert);
  expect(inserts('=', 'text')).toEqual(["'it''s 100%' ", "'0.5' "]);
  expect(inserts('ILIKE', 'text')).toEqual(["'%it''s 100\\%%' ", "'%0.5%' "]);
  expect(inserts('<', 'mixed')).toEqual(['0.5 ']);
  expect(inserts('>', 'number')).toEqual(['0.25 ', '0.75 ']);
  expect(inserts('>', 'number', 'start_time')).toHaveLength(4);
  expect(valuePart("'%it''s")).toBe("it's");
});

test('a suggestion takes the place of what is typed', () => {
  const place = placeAt("convnext AND mo = 'x'", 15);
  const suggestion = { text: 'params.model', insert: 'params.model ', hint: '', count: 1 };
  expect(place && accept("convnext AND mo = 'x'", place, suggestion)).toEqual({
    text: "convnext AND params.model = 'x'",
    caret: 25,
  });
  const empty = placeAt('lr >', 4);
  expect(empty && accept('lr >', empty, { ...suggestion, insert: '1 ' }).text).toBe('lr > 1 ');
});

test('a name leads to its column', () => {
  expect(known('model', COLUMNS)?.field).toBe('params.model');
  expect(known('metrics."val/acc"', COLUMNS)?.field).toBe('metrics."val/acc"');
  expect(known('Status', COLUMNS)?.kind).toBe('text');
  expect(known('nothing', COLUMNS)).toBeNull();
});

test('a star is true or false, without quotes', () => {
  const values = [
    { value: 'false', candidates: 2 },
    { value: 'true', candidates: 1 },
  ];
  const ends = { low: null, high: null };
  const found = valueSuggestions(values, ends, { operator: '=' }, 'flag', 0, 'starred');
  expect(found.map(({ insert }) => insert)).toEqual(['false ', 'true ']);
  expect(operatorSuggestions('', 'starred', [], 3).map(({ text }) => text)).toEqual([
    '=',
    '!=',
    'IS NULL',
    'IS NOT NULL',
  ]);
});
