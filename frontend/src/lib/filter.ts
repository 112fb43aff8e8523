// Help with the language of filters: examples that fit the experiment, and where a mistake is.

import type { Column } from '../api/schema';
import { guessMetric, isInternal } from './columns';
import { fieldOf } from './view';

export interface Example {
  text: string;
  meaning: string;
}

/** Filters that could be asked here, made of the keys that candidates have. */
export function examples(columns: readonly Column[], value: (key: string) => string | undefined): Example[] {
  const metric = guessMetric(columns);
  const params = columns.filter(({ kind, distinct }) => kind === 'param' && distinct > 1);
  const param = params.find(({ key }) => value(key) !== undefined)?.key;
  const tag = columns.find(({ kind, key }) => kind === 'metadata' && !isInternal(key))?.key;
  const list: Example[] = [{ text: 'baseline', meaning: 'a word in the name' }];
  if (metric !== null)
    list.push({ text: `${fieldOf('metrics', metric)} > 0.8`, meaning: 'a metric’s last value' });
  if (param !== undefined) {
    list.push({
      text: `${fieldOf('params', param)} = '${(value(param) ?? '').replaceAll("'", "''")}'`,
      meaning: 'a parameter',
    });
  }
  list.push({ text: 'starred = true', meaning: 'what you starred' });
  list.push({ text: "status = 'FAILED' OR status = 'RUNNING'", meaning: 'one or the other' });
  if (tag !== undefined)
    list.push({ text: `${fieldOf('metadata', tag)} LIKE '%a%'`, meaning: 'part of a text' });
  if (metric !== null) {
    list.push({ text: `NOT (${fieldOf('metrics', metric)} < 0.5)`, meaning: 'everything else' });
  }
  return list;
}

/** A text cut at a character that is counted from 1: before, the character itself (a space at the end), after. */
export function splitAt(text: string, position: number): [string, string, string] {
  const letters = [...text];
  const at = Math.max(0, Math.min(letters.length, position - 1));
  return [letters.slice(0, at).join(''), letters[at] ?? ' ', letters.slice(at + 1).join('')];
}
