import { describe, expect, it } from 'vitest';
import { missingSpan } from './window';

const span = (first: number, end: number, known: number[] = [], total = 100_000) =>
  missingSpan({ first, end }, new Set(known), 100, 400, total);

describe('missingSpan', () => {
  it('reads whole blocks', () => {
    expect(span(250, 310)).toEqual({ first: 200, end: 400 });
  });

  it('leaves out what is known, and stops where the next known block begins', () => {
    expect(span(0, 500, [0, 1])).toEqual({ first: 200, end: 500 });
    expect(span(0, 500, [0, 2])).toEqual({ first: 100, end: 200 });
    expect(span(0, 500, [0, 1, 2, 3, 4])).toBeNull();
  });

  it('reads no more than one request may, and nothing below the last row', () => {
    expect(span(1000, 9000)).toEqual({ first: 1000, end: 1400 });
    expect(span(900, 2000, [9], 950)).toBeNull();
    expect(span(900, 2000, [], 950)).toEqual({ first: 900, end: 1000 });
  });
});
