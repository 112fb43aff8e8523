import { expect, it } from 'vitest';
import type { CandidateRow, Curve } from '../api/schema';
import { facets, sharedRange } from './facets';
import { looks } from './palette';

const row = (iid: number, params: Record<string, string>): CandidateRow =>
  ({ iid, name: `c${iid}`, params }) as unknown as CandidateRow;
const curve = (candidate: number, key: string, y: Curve['y']): Curve => ({
  candidate,
  key,
  x: y.map((_, step) => step),
  y,
  count: y.length,
});
const ROWS = [row(1, { width: '128' }), row(2, { width: '64' }), row(3, {}), row(4, { width: '128' })];
const LOOKS = looks([1, 2, 3, 4]);

it('parts candidates by the values of a parameter, in the order of numbers, those without it last', () => {
  const curves = [1, 2, 3, 4].map((iid) => curve(iid, 'loss', [iid, 'NaN']));
  const found = facets(ROWS, curves, LOOKS, 'width');
  expect(found.map(({ title, lines }) => [title, lines.map(({ id }) => id)])).toEqual([
    ['width 64', [2]],
    ['width 128', [1, 4]],
    ['without width', [3]],
  ]);
  expect(sharedRange(found)).toEqual([1, 4]);
});

it('parts curves by metric', () => {
  const found = facets(ROWS, [curve(1, 'loss', [1]), curve(1, 'acc', [2]), curve(2, 'loss', [3])], LOOKS, '');
  expect(found.map(({ title, lines }) => [title, lines.length])).toEqual([
    ['acc', 1],
    ['loss', 2],
  ]);
  expect(sharedRange([])).toBeNull();
  const mixed = [curve(1, 'a', [1]), curve(1, 'b', [1, 2]), curve(1, 'c', [1]), curve(1, 'd', [1, 2])];
  expect(facets(ROWS, mixed, LOOKS, '', 'c').map(({ title }) => title)).toEqual(['c', 'b', 'd', 'a']);
});
