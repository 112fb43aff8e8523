import { describe, expect, it } from 'vitest';
import { concerns, type Watch, wait } from './live';

describe('a change concerns a page', () => {
  const page = (candidates: number[] | null): Watch => ({ project: 'p/q', experiments: [3, 4], candidates });

  it('of an experiment when anything in it changed', () => {
    expect(concerns(page(null), '{"experiments":{"3":[1]}}')).toBe(true);
    expect(concerns(page(null), '{"experiments":{"5":null}}')).toBe(false);
  });

  it('of candidates when one of them did, or nobody knows which', () => {
    expect(concerns(page([7]), '{"experiments":{"3":[1]}}')).toBe(false);
    expect(concerns(page([7]), '{"experiments":{"3":[1,7]}}')).toBe(true);
    expect(concerns(page([7]), '{"experiments":{"3":null}}')).toBe(true);
    expect(concerns(page([7]), 'nonsense')).toBe(true);
  });
});

it('attempts grow rarer, up to a limit', () => {
  expect([1, 2, 3, 20].map(wait)).toEqual([2000, 4000, 8000, 30_000]);
});
