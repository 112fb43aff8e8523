import { expect, test } from 'vitest';
import type { Ci, ReportExperiment, ReportRow } from '../api/schema';
import { deltaOf, reasonOf, subjectName, subjectNumber, verdictOf } from './report';
import { matchRoute, reportPath } from './routes';

const ci = { facts: [] } as unknown as Ci;
const row = (change: Partial<ReportRow>): ReportRow => ({
  iid: 3,
  name: 'deep',
  rank: 2,
  unranked: null,
  value: 0.93,
  delta: 0.03,
  ci,
  ...change,
});
const experiment = (produced: ReportRow[], metric = 'val/accuracy'): ReportExperiment => ({
  iid: 1,
  name: 'vision',
  metric,
  goal: metric && `highest ${metric}`,
  ranked: 1200,
  produced,
  target: null,
});

test('a delta says in a word what is good', () => {
  expect(deltaOf(0.03, 'main')?.words).toBe('0.03 better than the best of main');
  expect(deltaOf(-2, 'main')).toMatchObject({ arrow: '▼', text: '2 worse', tone: 'worse' });
  expect(deltaOf(0, 'main')?.tone).toBe('same');
  expect(deltaOf(null, 'main')).toBeNull();
});

test('the verdict names the first that is ranked', () => {
  const found = verdictOf(experiment([row({ rank: null, unranked: 'running' }), row({})]), 'main');
  expect(found.best?.rank).toBe(2);
  expect(found.text).toBe(
    'has the highest val/accuracy of these, 0.9300: number 2 of 1,200 in the experiment',
  );
  expect(verdictOf(experiment([row({ rank: null, value: null })]), '').best).toBeNull();
  expect(verdictOf(experiment([row({})], ''), '').text).toBe('No metric has been logged yet.');
  expect(reasonOf(row({ unranked: 'not_finite' }))).toBe('diverged');
});

test('each system has its own words', () => {
  expect([subjectName('merge_request', 'gitlab'), subjectNumber('merge_request', '41', 'gitlab')]).toEqual([
    'Merge request',
    '!41',
  ]);
  expect([subjectName('merge_request', 'github'), subjectNumber('merge_request', '27', 'github')]).toEqual([
    'Pull request',
    '#27',
  ]);
  expect(subjectNumber('pipeline', 'ab-c', 'circleci')).toBe('ab-c');
});

test('addresses go both ways', () => {
  const path = reportPath('a/b', 'pipeline', 'x y', 'c/d');
  expect(path).toBe('/a/b/-/pipelines/x%20y?ci_project=c%2Fd');
  expect(matchRoute('/a/b/-/pipelines/x%20y')).toEqual({
    page: 'report',
    project: 'a/b',
    subject: 'pipeline',
    number: 'x y',
  });
  expect(matchRoute('/a/b/-/merge_requests/')).toEqual({ page: 'not_found' });
});
