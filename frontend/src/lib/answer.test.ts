import { expect, test } from 'vitest';
import type { CandidateRow, Goal, Score, Standing } from '../api/schema';
import { deltaTo, goalText, metricOf, unrankedReason } from './answer';

const GOAL: Goal = {
  metric: 'val/acc',
  direction: 'maximize',
  reduction: 'best',
  last: 1,
  constraints: '',
  baseline: 1,
  confirmed: true,
};
const BASE: Score = { iid: 1, name: 'a', value: 0.8, step: 3, unranked: null };

function row(standing: Partial<Standing>, status: CandidateRow['status'] = 'finished'): CandidateRow {
  return {
    note: '',
    starred: false,
    depth: 0,
    below: 0,
    group: null,
    iid: 2,
    external_id: '',
    name: 'b',
    status,
    start_time: 0,
    end_time: null,
    created_by: '',
    parent: null,
    deleted: false,
    metrics: { 'val/acc': 0.7, 'val/loss': 0.4, early: 5 },
    params: {},
    metadata: {},
    ci: {},
    standing: { rank: null, value: null, step: null, unranked: null, at_step: {}, ...standing },
  };
}

test('a goal in words', () => {
  expect(goalText(GOAL)).toBe('highest val/acc');
  expect(goalText({ ...GOAL, direction: 'minimize', reduction: 'mean_last', last: 5 })).toBe(
    'lowest mean of the last 5 val/acc',
  );
});

test('the value at the step that ranks comes before the last', () => {
  const ranked = row({ rank: 1, step: 7, at_step: { 'val/loss': 0.5 } });
  expect(metricOf(ranked, 'val/loss')).toBe(0.5);
  expect(metricOf(ranked, 'early')).toBe(5);
  expect(metricOf(ranked, 'none')).toBeUndefined();
});

test('a delta has the sign of the number and the word of the direction', () => {
  const better = row({ rank: 1, value: 0.85 });
  expect(deltaTo(GOAL, BASE, better)).toMatchObject({ arrow: '▲', text: '+0.050', tone: 'better' });
  expect(deltaTo({ ...GOAL, direction: 'minimize' }, BASE, better)?.words).toBe(
    '0.050 higher than the baseline, worse',
  );
  expect(deltaTo(GOAL, BASE, row({ rank: 1, value: 0.8 }))?.tone).toBe('same');
  expect(deltaTo(GOAL, BASE, row({ value: 0.9, unranked: 'running' }))).toBeNull();
  expect(deltaTo(GOAL, null, better)).toBeNull();
});

test('what has no rank says why', () => {
  expect(unrankedReason(row({ rank: 1 }))).toBeNull();
  expect(unrankedReason(row({ unranked: 'not_finite', value: 'NaN', step: 12 }))).toBe(
    'NaN at the end, step 12',
  );
  expect(unrankedReason(row({ unranked: 'failed' }, 'killed'))).toBe('killed');
  expect(unrankedReason(row({ unranked: 'running' }, 'scheduled'))).toBe('scheduled');
});
