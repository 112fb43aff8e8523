import { describe, expect, it } from 'vitest';
import { concerned, type Watch, wait } from './live';

describe('a change concerns a page', () => {
  const page = (candidates: number[] | null): Watch => ({ project: 'p/q', experiments: [3, 4], candidates });

  it('of an experiment when anything in it changed', () => {
    expect(concerned(page(null), '{"experiments":{"3":[1]}}')).toEqual([3]);
    expect(concerned(page(null), '{"experiments":{"5":null}}')).toEqual([]);
  });

  it('of a project when anything in any of its experiments did', () => {
    const whole: Watch = { project: 'p/q', experiments: null, candidates: null };
    expect(concerned(whole, '{"experiments":{"3":[1],"9":null}}')).toEqual([3, 9]);
    expect(concerned(whole, '{"experiments":null}')).toBeNull();
  });

  it('of candidates when one of them did, or nobody knows which', () => {
    expect(concerned(page([7]), '{"experiments":{"3":[1]}}')).toEqual([]);
    expect(concerned(page([7]), '{"experiments":{"3":[1,7]}}')).toEqual([3]);
    expect(concerned(page([7]), '{"experiments":{"3":null}}')).toEqual([3]);
    expect(concerned(page([7]), 'nonsense')).toBeNull();
  });
});

it('attempts grow rarer, up to a limit', () => {
  expect([1, 2, 3, 20].map(wait)).toEqual([2000, 4000, 8000, 30_000]);
});
