// The tokens of the filter language, and the conditions that a filter joins with AND. The server's parser is the one
// that counts; filter_cases.json holds both to the same. It is read here too because chips and completion must follow
// every key press, also while the text is not yet one that the server would take.

export type TokenKind = 'word' | 'quoted' | 'operator' | '(' | ')' | ',' | 'other';

export interface Token {
  kind: TokenKind;
  /** As written, with its quotes. */
  text: string;
  start: number;
  end: number;
  /** Whether the quote that begins it also ends. */
  closed: boolean;
}

export interface Span {
  start: number;
  end: number;
  text: string;
}

const WORD_END = /[\s'"`(),;=<>!]/;

/** Tokens in order; a quote that does not end reaches to the end of the text. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) {
      at += 1;
      continue;
    }
    const token = tokenAt(text, at);
    found.push(token);
    at = token.end;
  }
  return found;
}

function tokenAt(text: string, start: number): Token {
  const letter = text[start] ?? '';
  if (letter === "'" || letter === '"' || letter === '`') {
    const [end, closed] = quoteEnd(text, start, letter);
    return { kind: 'quoted', text: text.slice(start, end), start, end, closed };
  }
  let end = start + 1;
  let kind: TokenKind = 'other';
  if (letter === '(' || letter === ')' || letter === ',') kind = letter;
  else if (/[=<>!]/.test(letter)) {
    kind = 'operator';
    while (/[=<>!]/.test(text[end] ?? '')) end += 1;
  } else if (letter !== ';') {
    kind = 'word';
    while (end < text.length && !WORD_END.test(text[end] ?? '')) end += 1;
  }
  return { kind, text: text.slice(start, end), start, end, closed: true };
}

function quoteEnd(text: string, start: number, quote: string): [number, boolean] {
  let at = start + 1;
  while (at < text.length) {
    if (text[at] !== quote) at += 1;
    else if (text[at + 1] === quote) at += 2;
    else return [at + 1, true];
  }
  return [text.length, false];
}

export function keyword(token: Token | undefined): string {
  return token?.kind === 'word' ? token.text.toUpperCase() : '';
}

/** The end of the field that begins at a place among tokens: one word, `metrics."a b"`, `min(metrics.loss)`. */
export function fieldEnd(list: readonly Token[], from: number): number {
  const touches = (at: number): boolean => list[at]?.end === list[at + 1]?.start;
  const first = list[from];
  if (first === undefined) return from;
  const second = list[from + 1];
  if (first.kind === 'word' && second?.kind === '(' && touches(from)) {
    const inner = fieldEnd(list, from + 2);
    return list[inner]?.kind === ')' ? inner + 1 : inner;
  }
  if (first.kind === 'word' && first.text.endsWith('.') && second?.kind === 'quoted' && touches(from))
    return from + 2;
  if (
    first.kind === 'word' &&
    /^(missing|has):$/i.test(first.text) &&
    second?.kind === 'quoted' &&
    touches(from)
  )
    return from + 2;
  if (first.kind === 'quoted' && second?.kind === 'word' && second.text.startsWith('.') && touches(from)) {
    return second.text === '.' && list[from + 2]?.kind === 'quoted' && touches(from + 1)
      ? from + 3
      : from + 2;
  }
  // `run name`, the one field of two words.
  if (
    /^((attributes?|attr|run|candidate)\.)?run$/i.test(first.text) &&
    keyword(second) === 'NAME' &&
    compares(list, from + 2)
  )
    return from + 2;
  return from + 1;
}

/** Whether a comparator is at this place among the tokens. */
export function compares(list: readonly Token[], at: number): boolean {
  const token = list[at];
  if (token?.kind === 'operator') return true;
  const word = keyword(token);
  if (word === 'NOT') return ['IN', 'LIKE', 'ILIKE'].includes(keyword(list[at + 1]));
  return ['IN', 'IS', 'LIKE', 'ILIKE'].includes(word);
}

/**
 * The conditions of a filter that must all hold, in order. One that is joined with OR is one condition, and so is what
 * cannot be understood from the place where it goes wrong.
 */
export function terms(text: string): Span[] {
  const list = tokens(text);
  const bounds: [number, number][] = [];
  let at = 0;
  while (at < list.length) {
    const end = operandEnd(list, at);
    const isWord = end === fieldEnd(list, at) && !['(', ')', ','].includes(list[at]?.kind ?? '');
    bounds.push([at, end]);
    if (end >= list.length) break;
    if (keyword(list[end]) === 'OR') return whole(list, text);
    if (keyword(list[end]) === 'AND') at = end + 1;
    else if (isWord && keyword(list[at]) !== 'NOT' && startsOperand(list[end])) at = end;
    else {
      bounds[bounds.length - 1] = [at, list.length];
      break;
    }
  }
  return bounds.map(([from, to]) => span(list, text, from, to));
}

function whole(list: readonly Token[], text: string): Span[] {
  const isAnd = keyword(list[list.length - 1]) === 'AND';
  return [span(list, text, 0, isAnd ? list.length - 1 : list.length)];
}

function span(list: readonly Token[], text: string, from: number, to: number): Span {
  const start = list[from]?.start ?? 0;
  const end = list[to - 1]?.end ?? text.length;
  return { start, end, text: text.slice(start, end) };
}

function startsOperand(token: Token | undefined): boolean {
  if (token?.kind === 'quoted' || token?.kind === '(') return true;
  return (
    token?.kind === 'word' && !['AND', 'OR', 'IN', 'IS', 'NULL', 'LIKE', 'ILIKE'].includes(keyword(token))
  );
}

function operandEnd(list: readonly Token[], from: number): number {
  if (keyword(list[from]) === 'NOT') return operandEnd(list, from + 1);
  if (list[from]?.kind === '(') return closing(list, from);
  let at = fieldEnd(list, from);
  if (!compares(list, at)) return Math.max(at, from + 1);
  if (keyword(list[at]) === 'IS') {
    at += 1;
    if (keyword(list[at]) === 'NOT') at += 1;
    return Math.min(at + 1, list.length);
  }
  if (keyword(list[at]) === 'NOT') at += 1;
  const isIn = keyword(list[at]) === 'IN';
  at += 1;
  if (isIn && list[at]?.kind === '(') return closing(list, at);
  return Math.min(at + 1, list.length);
}

function closing(list: readonly Token[], from: number): number {
  let depth = 0;
  for (let at = from; at < list.length; at += 1) {
    if (list[at]?.kind === '(') depth += 1;
    if (list[at]?.kind === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return list.length;
}

/** The filter without one of its conditions. */
export function without(text: string, gone: Span): string {
  const kept = terms(text).filter(({ start }) => start !== gone.start);
  return kept.map((term) => term.text).join(' AND ');
}
