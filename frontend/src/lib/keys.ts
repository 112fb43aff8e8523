// Long lists of keys: finding, ordering and showing them in parts.

export type Direction = 'ascending' | 'descending';

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Order of keys as people expect it: layer2 before layer10. */
export function compareKeys(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b));
}

/** A key in the parts between which a line of it may end: `val/`, `top_`, `5`. */
export function keyParts(key: string): string[] {
  return key.match(/[^/._-]*[/._-]+|[^/._-]+$/g) ?? [key];
}

/** Whether every word of the search occurs in one of the texts, whatever the case. */
export function matchesAll(search: string, ...texts: string[]): boolean {
  const inside = texts.join('\n').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => inside.includes(word));
}

/** Values in order: numbers by size, before texts in their order. */
export function compareValues(a: string, b: string): number {
  const left = a.trim() === '' ? Number.NaN : Number(a);
  const right = b.trim() === '' ? Number.NaN : Number(b);
  if (Number.isNaN(left) && Number.isNaN(right)) return compareKeys(a, b);
  if (Number.isNaN(left)) return 1;
  if (Number.isNaN(right)) return -1;
  return left - right;
}
