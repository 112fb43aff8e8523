import { expect, test } from 'vitest';
import type { CandidateRow } from '../api/schema';
import { depthAt, fitting, isDivided, isOpen, loadedFirst } from './rows';

function row(rank: number | null, more: Partial<CandidateRow> = {}): CandidateRow {
  return { standing: { rank }, depth: 0, below: 0, parent: null, ...more } as unknown as CandidateRow;
}

test('those without a rank begin once, and not in a tree', () => {
  const places = [row(1), row(2), row(null), row(null)];
  expect(places.map((_, index) => isDivided('flat', places, index))).toEqual([false, false, true, false]);
  expect(isDivided('tree', places, 2)).toBe(false);
  expect(isDivided('flat', [row(null)], 0)).toBe(true);
  expect(isDivided('flat', [undefined, row(null)], 1)).toBe(false);
});

test('a row that holds others is open when the next one stands deeper', () => {
  const parent = row(1, { below: 2 });
  expect(isOpen(parent, row(2, { depth: 1 }))).toBe(true);
  expect([row(2), undefined].map((next) => isOpen(parent, next))).toEqual([false, false]);
  expect(isOpen(row(1), row(2, { depth: 1 }))).toBe(false);
});

test('a child whose parent is elsewhere has no depth', () => {
  const places = [row(1, { parent: 'a' }), row(2, { depth: 1, parent: 'a' })];
  expect(depthAt('tree', places, 0)).toBeNull();
  expect(depthAt('tree', places, 1)).toBe(1);
  expect(depthAt('seeds', places, 0)).toBe(0);
  expect(depthAt('flat', places, 0)).toBeNull();
});

test('paper has what is here without a gap, and the columns that fit', () => {
  const places: (CandidateRow | undefined)[] = [row(1), row(2), row(3)];
  places.length = 5;
  expect([loadedFirst(places, 10), loadedFirst(places, 2), loadedFirst([], 2)]).toEqual([3, 2, 0]);
  expect([fitting([50, 50, 50], 100), fitting([50, 50], 500), fitting([500], 100), fitting([], 100)]).toEqual(
    [2, 2, 1, 0],
  );
});
