import { expect, test } from 'vitest';
import type { CandidateRow, Standing } from '../api/schema';
import { drawnGroups, everyCandidate, namedMembers } from './seed_rows';

const ranked: Standing = {
  rank: 1,
  value: 0.5,
  step: 3,
  unranked: null,
  at_step: {},
  ending: null,
  pareto: false,
};

function row(iid: number, given: Partial<CandidateRow> = {}): CandidateRow {
  return { iid, name: `c${iid}`, depth: 0, standing: ranked, group: null, ...given } as CandidateRow;
}

const group = row(-2, { name: 'mlp', group: { candidates: [3, 2], n: 2, deviations: {} } });

test('an open group and its members are each candidate once', () => {
  expect(everyCandidate([group, row(3, { depth: 1 }), row(2, { depth: 1 }), row(5)])).toEqual([3, 2, 5]);
});

test('a chart draws the first groups that have room, without members and without those that have no rank', () => {
  const failed = row(9, { standing: { ...ranked, rank: null, unranked: 'failed' } });
  const rows = [group, row(3, { depth: 1 }), failed, row(5), row(6)];
  expect(drawnGroups(rows, 2, 100).map(({ iid }) => iid)).toEqual([-2, 5]);
  expect(drawnGroups(rows, 10, 3).map(({ iid }) => iid)).toEqual([-2, 5]);
  expect(namedMembers([group])).toEqual([
    { iid: 3, name: 'mlp' },
    { iid: 2, name: 'mlp' },
  ]);
});
