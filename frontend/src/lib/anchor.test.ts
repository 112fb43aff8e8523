import { expect, test } from 'vitest';
import { Anchor } from './anchor';

const rows = (...iids: number[]) => iids.map((iid) => ({ iid }));

test('an anchor says how far its row has moved', () => {
  const anchor = new Anchor();
  anchor.drop(rows(5, 4, 3, 2), 2, false);
  expect(anchor.drift(rows(5, 4, 3, 2))).toBe(0);
  expect(anchor.drift(rows(7, 6, 5, 4, 3, 2))).toBe(2);
  expect(anchor.drift(rows(5, 3, 2))).toBe(-1);
});

test('nothing moves without an anchor', () => {
  const anchor = new Anchor();
  expect(anchor.drift(rows(1))).toBe(0);
  anchor.drop(rows(5, 4), 0, true);
  expect(anchor.drift(rows(6, 5, 4))).toBe(0);
  anchor.drop(rows(5, 4), 1, false);
  expect(anchor.drift(rows(5))).toBe(0);
});
