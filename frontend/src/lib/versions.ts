// Versions of a model beside each other: what they are made of, and where they differ.

import type { Value, Version } from '../api/schema';
import { isSystem } from './columns';
import { compareKeys } from './keys';

export interface Line<T> {
  key: string;
  /** One cell for each version; undefined where it has none. */
  cells: (T | undefined)[];
}

/** The last value of every metric that a version's candidate has, by key in order, those of the machine last. */
export function metricLines(versions: readonly Version[]): Line<Value>[] {
  const maps = versions.map(
    ({ candidate }) => new Map((candidate?.metrics ?? []).map(({ key, last }) => [key, last])),
  );
  const found = lines(maps);
  return [...found.filter(({ key }) => !isSystem(key)), ...found.filter(({ key }) => isSystem(key))];
}

/** Parameters in which the versions differ, and how many are the same for all. */
export function paramLines(versions: readonly Version[]): { differing: Line<string>[]; equal: number } {
  const maps = versions.map(
    ({ candidate }) => new Map((candidate?.params ?? []).map(({ key, value }) => [key, value])),
  );
  const all = lines(maps);
  const differing = all.filter(({ cells }) => cells.some((cell) => cell !== cells[0]));
  return { differing, equal: all.length - differing.length };
}

function lines<T>(maps: readonly Map<string, T>[]): Line<T>[] {
  const keys = [...new Set(maps.flatMap((map) => [...map.keys()]))].sort(compareKeys);
  return keys.map((key) => ({ key, cells: maps.map((map) => map.get(key)) }));
}

/** The numbers of versions in an address, `?compare=3,1`; at most `most`. */
export function comparedIn(search: string, most: number): number[] {
  const given = new URLSearchParams(search).get('compare') ?? '';
  const numbers = given.split(',').filter((text) => /^\d{1,15}$/.test(text));
  return [...new Set(numbers.map(Number))].slice(0, most);
}

export function compareSearch(numbers: readonly number[]): string {
  return numbers.length === 0 ? '' : `?compare=${numbers.join(',')}`;
}
