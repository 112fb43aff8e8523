// A mistake in a filter that has an obvious remedy. What the server says is in filter_cases.json, where tests hold
// both sides to it.

import type { Column } from '../api/schema';
import fields from './candidate_fields.json';
import { type Token, tokens } from './filter_tokens';
import { isNumeric } from './numbers';

export interface Refusal {
  message: string;
  /** Of the character, counted from 1; an emoji is one character. */
  position: number | null;
}

const OPERATORS: Record<string, string> = {
  '>>': '>',
  '<<': '<',
  '==': '=',
  '===': '=',
  '!==': '!=',
  '=>': '>=',
  '=<': '<=',
  '<>': '!=',
  '=!': '!=',
};
const JOINS: Record<string, string> = { '&&': 'AND', '&': 'AND', '||': 'OR', '|': 'OR' };
const GROUPS = ['metrics', 'params', 'metadata', 'datasets', 'ci'];

/** The filter without the mistake; null where it is not plain what was meant. */
export function fixOf(text: string, refusal: Refusal, columns: readonly Column[]): string | null {
  if (refusal.position === null) return null;
  const at = [...text].slice(0, refusal.position - 1).join('').length;
  const token = tokens(text).find(({ start, end }) => start <= at && at < end);
  const { message } = refusal;
  if (message.includes("or ')', found the end")) return `${text})`;
  if (token === undefined) return null;
  if (message.includes('expected a closing')) return text + token.text[0];
  const better = betterToken(token, message, columns);
  return better === null ? null : text.slice(0, token.start) + better + text.slice(token.end);
}

function betterToken(token: Token, message: string, columns: readonly Column[]): string | null {
  if (token.kind === 'operator') return OPERATORS[token.text] ?? null;
  if (message.includes('expected AND, OR')) {
    if (token.kind !== 'word') return null;
    return JOINS[token.text] ?? `AND ${token.text}`;
  }
  if (message.includes('text in quotes'))
    return token.kind === 'word' ? `'${token.text.replaceAll("'", "''")}'` : null;
  if (message.includes('number without quotes')) {
    const inner = token.text.slice(1, -1);
    return token.kind === 'quoted' && isNumeric(inner) ? inner : null;
  }
  return message.includes('expected a field, or a key') ? nearest(token.text, columns) : null;
}

/** The field or key that is written most like this one. */
function nearest(word: string, columns: readonly Column[]): string | null {
  const [before, given] = presence(word);
  const dot = given.indexOf('.');
  const group = dot > 0 ? nearestOf(given.slice(0, dot), GROUPS) : null;
  if (group !== null) return `${before}${group}${given.slice(dot)}`;
  const known = [...Object.keys(fields), ...columns.map(({ key }) => key)];
  const found = nearestOf(given, known);
  return found === null ? null : before + (/[\s'"`(),;=<>!]/.test(found) ? `"${found}"` : found);
}

function presence(word: string): [string, string] {
  const match = /^(missing:|has:)(.+)$/i.exec(word);
  return match === null ? ['', word] : [match[1] ?? '', match[2] ?? ''];
}

function nearestOf(word: string, known: readonly string[]): string | null {
  const allowed = Math.max(1, Math.floor(word.length / 3));
  let best: string | null = null;
  let least = allowed + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > allowed) continue;
    const away = distance(word.toLowerCase(), candidate.toLowerCase());
    if (away < least) [best, least] = [candidate, away];
  }
  return best;
}

/** How many letters are missing, too many, wrong, or swapped with their neighbour. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
