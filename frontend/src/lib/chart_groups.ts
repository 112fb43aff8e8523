// Which charts stand together.

import { groupByPrefix, type MetricGroup } from './curves';
import { compareKeys } from './keys';

/**
 * Metrics under the part of their name before the last slash; where that makes a group for nearly every metric,
 * as with one norm for each layer, under the part before the first. The group of `first` comes
 * first, those of the machine last.
 */
export function chartGroups<T extends { key: string }>(
  items: readonly T[],
  first: string | null = null,
): MetricGroup<T>[] {
  const close = groupByPrefix(items);
  const groups = close.length * 3 <= items.length || close.length < 3 ? close : byFirstPart(items);
  const rank = ({ name, items: own }: MetricGroup<T>): number => {
    if (own.some(({ key }) => key === first)) return 0;
    return name.startsWith('sys') ? 3 : name === '' ? 1 : 2;
  };
  return [...groups].sort((a, b) => rank(a) - rank(b) || compareKeys(a.name, b.name));
}

function byFirstPart<T extends { key: string }>(items: readonly T[]): MetricGroup<T>[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const slash = item.key.indexOf('/');
    const name = slash > 0 ? item.key.slice(0, slash) : '';
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups].map(([name, grouped]) => ({ name, items: grouped }));
}
