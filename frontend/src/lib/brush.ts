// Ranges on axes as text of the search language, so that the address and the filter line hold them.

export interface Interval {
  low: number;
  high: number;
}

/** The conditions of a filter that all must hold, split where AND stands outside of quotes and parentheses. */
export function conjuncts(filter: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  let quote = '';
  for (let at = 0; at < filter.length; at += 1) {
    const letter = filter[at] as string;
    if (quote !== '') {
      if (letter === quote) quote = '';
    } else if (letter === "'" || letter === '"' || letter === '`') quote = letter;
    else if (letter === '(') depth += 1;
    else if (letter === ')') depth -= 1;
    else if (depth === 0 && /^\sand\s/i.test(filter.slice(at, at + 5))) {
      parts.push(filter.slice(start, at));
      start = at + 5;
      at += 4;
    }
  }
  return [...parts, filter.slice(start)].map((part) => part.trim()).filter((part) => part !== '');
}

function hasOr(part: string): boolean {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < part.length; at += 1) {
    const letter = part[at] as string;
    if (quote !== '') {
      if (letter === quote) quote = '';
    } else if (letter === "'" || letter === '"' || letter === '`') quote = letter;
    else if (letter === '(') depth += 1;
    else if (letter === ')') depth -= 1;
    else if (depth === 0 && /^\sor\s/i.test(part.slice(at, at + 4))) return true;
  }
  return false;
}

function isBrush(part: string, field: string): boolean {
  return ['>= ', '<= ', 'IN ('].some((word) => part.startsWith(`${field} ${word}`));
}

/** The filter with another interval of a field, or with none. */
export function withInterval(filter: string, field: string, interval: Interval | null): string {
  const added =
    interval === null ? [] : [`${field} >= ${text(interval.low)}`, `${field} <= ${text(interval.high)}`];
  return joined(filter, field, added);
}

/** The filter with a choice among the texts of a field, or with none. */
export function withChoice(filter: string, field: string, choice: readonly string[] | null): string {
  const listed = (choice ?? []).map((word) => `'${word.replaceAll("'", "''")}'`).join(', ');
  return joined(filter, field, choice === null || choice.length === 0 ? [] : [`${field} IN (${listed})`]);
}

function joined(filter: string, field: string, added: string[]): string {
  const kept = conjuncts(filter).filter((part) => !isBrush(part, field));
  const before = kept.length === 1 && added.length > 0 && hasOr(kept[0] as string) ? [`(${kept[0]})`] : kept;
  return [...before, ...added].join(' AND ');
}

/** Four digits are as much as a hand on an axis means. */
function text(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** The interval that a filter gives a field; null where it gives none. */
export function intervalOf(filter: string, field: string): Interval | null {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (const part of conjuncts(filter)) {
    const value = Number(part.slice(field.length + 4));
    if (part.startsWith(`${field} >= `)) low = value;
    if (part.startsWith(`${field} <= `)) high = value;
  }
  return low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY ? null : { low, high };
}

/** The texts that a filter chooses of a field; null where it chooses none. */
export function choiceOf(filter: string, field: string): string[] | null {
  const part = conjuncts(filter).find((found) => found.startsWith(`${field} IN (`));
  if (part === undefined) return null;
  const inside = part.slice(field.length + 5, -1);
  return [...inside.matchAll(/'((?:[^']|'')*)'/g)].map((match) => (match[1] ?? '').replaceAll("''", "'"));
}
