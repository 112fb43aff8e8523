// What a filter can go on with at the caret: a field, an operator, a value or a joining word.

import type { Column, FieldValue } from '../api/schema';
import fields from './candidate_fields.json';
import { GROUPS } from './columns';
import { compares, fieldEnd, keyword, type Token, tokens } from './filter_tokens';
import { isNumeric } from './numbers';
import { fieldOf } from './view';

export type FieldKind = 'text' | 'number' | 'mixed' | 'id' | 'flag';

/** What may stand at the caret; `start` to `end` is what it takes the place of. */
export type Place = {
  start: number;
  end: number;
  /** What is written there, up to the caret. */
  typed: string;
} & (
  | { expects: 'field' | 'join' }
  | { expects: 'operator'; field: string }
  | { expects: 'value'; field: string; operator: string }
);

export interface Suggestion {
  /** What is shown. */
  text: string;
  /** What is put into the filter. */
  insert: string;
  hint: string;
  /** How many candidates have it. */
  count: number | null;
}

const PREFIXES: Record<string, Column['kind']> = {
  metrics: 'metric',
  metric: 'metric',
  params: 'param',
  param: 'param',
  parameters: 'param',
  parameter: 'param',
  metadata: 'metadata',
  tags: 'metadata',
  tag: 'metadata',
  ci: 'ci',
};
const KINDS: Record<Column['kind'], FieldKind> = {
  metric: 'number',
  param: 'mixed',
  metadata: 'text',
  ci: 'text',
};
const WORDS: Record<Column['kind'], string> = {
  metric: 'metric',
  param: 'parameter',
  metadata: 'metadata',
  ci: 'CI',
};
const COMPARATORS = ['=', '!=', '<', '<=', '>', '>='];
const MOST = 50;
const COMMON = ['name', 'status', 'starred', 'created_by', 'start_time', 'duration', 'note'];

/** What the caret stands at; null where nothing helpful can be said. */
export function placeAt(text: string, caret: number): Place | null {
  const list = tokens(text);
  let at = 0;
  let inList = false;
  while (at < list.length) {
    const first = list[at];
    if (first === undefined || first.start >= caret) break;
    if (keyword(first) === 'NOT' || first.kind === '(') {
      if (first.kind !== '(' && first.end >= caret)
        return { expects: 'field', ...under(text, first, first.end, caret) };
      at += 1;
      continue;
    }
    const end = fieldEnd(list, at);
    const last = list[end - 1] ?? first;
    if (last.end >= caret) return fieldPlace(text, first, last, caret);
    const name = text.slice(first.start, last.end);
    if (!compares(list, end)) {
      const next = list[end];
      // After a word, a joining word or another condition may follow; or an operator that is half written.
      if (next === undefined || next.start >= caret)
        return { expects: 'operator', field: name, start: caret, end: caret, typed: '' };
      const joins = ['AND', 'OR'].includes(keyword(next)) && next.end < caret;
      if (next.end >= caret && next.kind === 'word')
        return { expects: 'operator', field: name, ...under(text, next, next.end, caret) };
      at = joins ? end + 1 : end;
      continue;
    }
    at = end;
    const isNot = keyword(list[at]) === 'NOT';
    const comparator = isNot ? list[at + 1] : list[at];
    if (comparator === undefined) return null;
    if (comparator.end >= caret && (comparator.end > caret || comparator.kind === 'word'))
      return {
        expects: 'operator',
        field: name,
        ...under(text, list[at] ?? comparator, comparator.end, caret),
      };
    if (comparator.kind === 'operator' && !COMPARATORS.includes(comparator.text)) return null;
    at += isNot ? 2 : 1;
    const operator = `${isNot ? 'NOT ' : ''}${comparator.text.toUpperCase()}`;
    if (keyword(comparator) === 'IS') {
      while (['NOT', 'NULL'].includes(keyword(list[at]))) at += 1;
    } else {
      inList = list[at]?.kind === '(' && operator.endsWith('IN');
      if (inList) at += 1;
      const place = valuePlace(text, list, at, caret, name, operator, inList);
      if (typeof place !== 'number') return place;
      at = place;
    }
    const join = list[at];
    if (join === undefined || join.start >= caret)
      return { expects: 'join', start: caret, end: caret, typed: '' };
    if (join.kind === ')') at += 1;
    else if (join.end >= caret) return { expects: 'join', ...under(text, join, join.end, caret) };
    else at += 1;
  }
  const before = list.filter(({ end }) => end <= caret).at(-1);
  if (before?.kind === ')') return { expects: 'join', start: caret, end: caret, typed: '' };
  return { expects: 'field', start: caret, end: caret, typed: '' };
}

function under(
  text: string,
  from: Token,
  end: number,
  caret: number,
): { start: number; end: number; typed: string } {
  return { start: from.start, end, typed: text.slice(from.start, caret) };
}

function fieldPlace(text: string, first: Token, last: Token, caret: number): Place | null {
  const presence = /^(missing|has):/i.exec(first.text);
  const start = presence === null ? first.start : first.start + presence[0].length;
  if (caret < start) return null;
  return { expects: 'field', start, end: last.end, typed: text.slice(start, caret) };
}

/** The value at the caret, or where to go on after the values. */
function valuePlace(
  text: string,
  list: readonly Token[],
  from: number,
  caret: number,
  field: string,
  operator: string,
  inList: boolean,
): Place | null | number {
  let at = from;
  while (true) {
    const token = list[at];
    if (token === undefined || token.start >= caret)
      return { expects: 'value', field, operator, start: caret, end: caret, typed: '' };
    if (token.end >= caret && !(token.kind === 'quoted' && token.closed && token.end === caret)) {
      return { expects: 'value', field, operator, ...under(text, token, token.end, caret) };
    }
    if (token.end === caret) return null;
    at += 1;
    if (!inList) return at;
    const next = list[at];
    if (next === undefined || next.start >= caret) return null;
    at += 1;
    if (next.kind !== ',') return at;
  }
}

/** A column or attribute by how a filter names it. */
export function known(
  name: string,
  columns: readonly Column[],
): { kind: FieldKind; field: string; column: Column | null } | null {
  const inner = /^\w+\(\s*(.*?)\s*\)$/.exec(name);
  if (inner !== null) return { kind: 'number', field: name, column: null };
  const [prefix, key] = parts(name);
  if (prefix === 'datasets' || prefix === 'dataset') return { kind: 'text', field: name, column: null };
  const group = PREFIXES[prefix];
  if (group !== undefined) {
    const column = columns.find((item) => item.kind === group && item.key === key) ?? null;
    return { kind: KINDS[group], field: fieldOf(GROUPS[group], key), column };
  }
  const attribute = (fields as Record<string, FieldKind>)[name.toLowerCase()];
  if (attribute !== undefined) return { kind: attribute, field: name.toLowerCase(), column: null };
  const bare = unquoted(name);
  const column = ['metric', 'param', 'metadata']
    .map((kind) => columns.find((item) => item.kind === kind && item.key === bare))
    .find(Boolean);
  return column === undefined
    ? null
    : { kind: KINDS[column.kind], field: fieldOf(GROUPS[column.kind], bare), column };
}

function parts(name: string): [string, string] {
  const dot = name.indexOf('.');
  return dot < 0 ? ['', name] : [name.slice(0, dot).toLowerCase(), unquoted(name.slice(dot + 1))];
}

function unquoted(text: string): string {
  const quote = text[0];
  if (quote !== '"' && quote !== '`') return text;
  const end = text.length > 1 && text.endsWith(quote) ? -1 : undefined;
  return text.slice(1, end).replaceAll(quote + quote, quote);
}

/** Fields that hold what is typed, those that begin with it first, then by how many candidates have them. */
export function fieldSuggestions(typed: string, columns: readonly Column[], total: number): Suggestion[] {
  const [prefix, rest] = parts(typed);
  const group = PREFIXES[prefix];
  const wanted = (group === undefined ? unquoted(typed) : rest).toLowerCase();
  const attributes = Object.keys(fields).map((name) => ({
    text: name,
    insert: `${name} `,
    hint: '',
    count: COMMON.includes(name) && name !== 'note' ? total : null,
    key: name,
    weight: COMMON.includes(name) ? 1 : 2,
  }));
  const keys = columns.map(({ kind, key, candidates }) => ({
    text: `${GROUPS[kind]}.${key}`,
    insert: `${fieldOf(GROUPS[kind], key)} `,
    hint: WORDS[kind],
    count: candidates,
    key,
    weight: kind === 'metadata' && key.startsWith('mlflow.') ? 3 : 0,
    kind,
  }));
  const all = group === undefined ? [...keys, ...attributes] : keys.filter(({ kind }) => kind === group);
  const rank = ({ key, text }: { key: string; text: string }): number =>
    key.toLowerCase().startsWith(wanted) ? 0 : text.toLowerCase().startsWith(wanted) ? 1 : 2;
  return all
    .filter(({ key, text }) => key.toLowerCase().includes(wanted) || text.toLowerCase().startsWith(wanted))
    .sort((a, b) => rank(a) - rank(b) || a.weight - b.weight || (b.count ?? 0) - (a.count ?? 0))
    .slice(0, MOST)
    .map(({ text, insert, hint, count }) => ({ text, insert, hint, count }));
}

const EQUAL: [string, string][] = [
  ['=', 'is'],
  ['!=', 'is not'],
];
const SIZE: [string, string][] = [
  ['>', 'greater than'],
  ['>=', 'at least'],
  ['<', 'less than'],
  ['<=', 'at most'],
];
const PATTERN: [string, string][] = [
  ['ILIKE', 'contains, in any case'],
  ['LIKE', 'is like a pattern'],
  ['NOT ILIKE', 'does not contain'],
];
const ONE_OF: [string, string][] = [['IN', 'is one of']];

/** The operators that go with a field, and how many candidates have a value at all. */
export function operatorSuggestions(
  typed: string,
  field: string,
  columns: readonly Column[],
  total: number,
): Suggestion[] {
  const found = known(field, columns);
  if (found === null) return joinSuggestions(typed);
  const byKind: Record<FieldKind, [string, string][]> = {
    number: [...SIZE, ...EQUAL, ...ONE_OF],
    id: [...EQUAL, ...SIZE, ...ONE_OF],
    text: [...EQUAL, ...PATTERN, ...ONE_OF],
    flag: EQUAL,
    mixed: [...EQUAL, ...SIZE, ...PATTERN, ...ONE_OF],
  };
  const have = found.column?.candidates ?? null;
  const whole: Suggestion[] = [
    ...byKind[found.kind].map(([text, hint]) => ({
      text,
      insert: text === 'IN' ? 'IN (' : `${text} `,
      hint,
      count: null,
    })),
    {
      text: 'IS NULL',
      insert: 'IS NULL ',
      hint: 'is missing',
      count: have === null ? null : Math.max(0, total - have),
    },
    { text: 'IS NOT NULL', insert: 'IS NOT NULL ', hint: 'is there', count: have },
  ];
  return whole.filter(({ text }) => text.startsWith(typed.toUpperCase()));
}

export function joinSuggestions(typed: string): Suggestion[] {
  const all: [string, string][] = [
    ['AND', 'both hold'],
    ['OR', 'one of them holds'],
  ];
  return all
    .filter(([text]) => text.startsWith(typed.toUpperCase()))
    .map(([text, hint]) => ({ text, insert: `${text} `, hint, count: null }));
}

/** The text that is looked for among values: what is typed without its quote. */
export function valuePart(typed: string): string {
  return typed.replace(/^['"]/, '').replace(/^%/, '').replaceAll("''", "'");
}

/** Values as the operator wants them: in quotes, as a pattern, or as numbers. */
export function valueSuggestions(
  values: readonly FieldValue[],
  ends: { low: number | null; high: number | null },
  place: { operator: string },
  kind: FieldKind,
  now: number,
  field: string,
): Suggestion[] {
  if (kind === 'number')
    return field.endsWith('time') || field === 'updated' ? timeSuggestions(now) : endSuggestions(ends);
  const compared = ['<', '<=', '>', '>='].includes(place.operator);
  const pattern = place.operator.endsWith('LIKE');
  return values
    .filter(({ value }) => !compared || isNumeric(value))
    .map(({ value, candidates }) => {
      const quoted = value.replaceAll("'", "''");
      const escaped = quoted.replaceAll(/[\\%_]/g, '\\$&');
      const insert =
        compared || kind === 'id' || kind === 'flag' ? value : pattern ? `'%${escaped}%'` : `'${quoted}'`;
      return { text: value, insert: `${insert} `, hint: '', count: candidates };
    });
}

function endSuggestions({ low, high }: { low: number | null; high: number | null }): Suggestion[] {
  const all: [number | null, string][] = [
    [low, 'the smallest'],
    [high, 'the greatest'],
  ];
  return all.flatMap(([value, hint]) =>
    value === null ? [] : [{ text: String(value), insert: `${value} `, hint, count: null }],
  );
}

function timeSuggestions(now: number): Suggestion[] {
  const hour = 3_600_000;
  const all: [string, number][] = [
    ['an hour ago', hour],
    ['a day ago', 24 * hour],
    ['a week ago', 7 * 24 * hour],
    ['30 days ago', 30 * 24 * hour],
  ];
  return all.map(([text, back]) => {
    const time = Math.floor((now - back) / 60_000) * 60_000;
    return {
      text,
      insert: `${time} `,
      hint: new Date(time).toISOString().slice(0, 16).replace('T', ' '),
      count: null,
    };
  });
}

/** The filter with a suggestion in its place, and where the caret then stands. */
export function accept(text: string, place: Place, suggestion: Suggestion): { text: string; caret: number } {
  const before = text.slice(0, place.start);
  const after = text.slice(place.end);
  const gap = before !== '' && /\S$/.test(before) && !/[(:]$/.test(before) ? ' ' : '';
  const insert = /^[\s),]/.test(after) ? suggestion.insert.trimEnd() : suggestion.insert;
  return { text: before + gap + insert + after, caret: before.length + gap.length + insert.length };
}
