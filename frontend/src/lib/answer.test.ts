import { expect, test } from 'vitest';
import type { Answer, CandidateRow, Goal, Score, Standing } from '../api/schema';
import {
  deltaTo,
  frontMark,
  frontSearch,
  frontText,
  goalText,
  leadText,
  metricOf,
  unrankedReason,
} from './answer';

const GOAL: Goal = {
  metric: 'val/acc',
  direction: 'maximize',
  reduction: 'best',
  last: 1,
  constraints: '',
  baseline: 1,
  confirmed: true,
  second: null,
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
    standing: {
      rank: null,
      value: null,
      step: null,
      unranked: null,
      at_step: {},
      ending: null,
      pareto: false,
      ...standing,
    },
  };
}

test('a second metric is said, with who is on the front and where it is drawn', () => {
  const goal: Goal = { ...GOAL, second: { metric: 'latency_ms', direction: 'minimize' } };
  expect(goalText(goal)).toBe('highest val/acc and lowest latency_ms');
  expect(frontText({ goal, front: 5 } as Answer)).toBe(
    '5 candidates are on the Pareto front of val/acc and latency_ms',
  );
  expect(frontText({ goal, front: 1 } as Answer)).toContain('1 candidate is on');
  expect(frontText({ goal: GOAL, front: null } as Answer)).toBe('');
  expect(decodeURIComponent(frontSearch(goal)).replaceAll('+', ' ')).toBe(
    '?show=charts&front_x=at_best(metrics.latency_ms)&front_y=max(metrics."val/acc")#pareto',
  );
  expect(frontMark(goal, row({ pareto: true }))).toBe(
    'No candidate is better in both val/acc and latency_ms',
  );
  expect(frontMark(goal, row({}))).toBeNull();
  expect(frontMark(GOAL, row({ pareto: true }))).toBeNull();
});

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

test('a lead names whom it is over, and says when the baseline is better', () => {
  const score = { iid: 2, name: 'b', value: 0.8, step: 1, unranked: null };
  const leader = {
    experiment: 1,
    goal: GOAL,
    by: '',
    best: { ...score, iid: 1 },
    other: score,
    lead: 0.01,
    best_so_far: [],
  };
  expect(leadText(leader)).toBe('0.01 ahead of the runner-up');
  expect(leadText({ ...leader, goal: { ...GOAL, baseline: 2 }, lead: -0.5 })).toBe('0.5 behind the baseline');
  expect(leadText({ ...leader, lead: 0 })).toBe('level with the runner-up');
  expect(leadText({ ...leader, other: leader.best })).toBe('');
});

test('what has no rank says why', () => {
  expect(unrankedReason(row({ rank: 1 }))).toBeNull();
  expect(unrankedReason(row({ unranked: 'not_finite', value: 'NaN', step: 12 }))).toBe('NaN at step 12');
  const ending = { last_step: 16, odd_step: 12, has_nan: true, has_infinity: false };
  expect(unrankedReason(row({ unranked: 'not_finite', ending }))).toBe('first NaN at step 12');
  expect(unrankedReason(row({ unranked: 'failed', ending }, 'failed'))).toBe('failed, first NaN at step 12');
  const finite = { ...ending, odd_step: null, has_nan: false };
  expect(unrankedReason(row({ unranked: 'failed', ending: finite }, 'failed'))).toBe('failed, last step 16');
  expect(unrankedReason(row({ unranked: 'failed' }, 'killed'))).toBe('killed');
  expect(unrankedReason(row({ unranked: 'running' }, 'scheduled'))).toBe('scheduled');
});
