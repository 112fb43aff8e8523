import { expect, test } from 'vitest';
import type { Project } from '../api/schema';
import { actionEntries, foundEntries, grouped, pageEntries, projectEntries } from './palette_entries';

const PROJECT: Project = {
  id: 1,
  full_path: 'lab/birds',
  name: 'birds',
  description: 'of the lake',
  visibility: 'private',
  role: 'guest',
  can_write: false,
  rights: ['experiment:read', 'model:read'],
  archived: false,
  deleted_at: null,
  experiments: 1,
  candidates: 1,
  last_activity_at: null,
};

test('pages are those of the project that the caller may see', () => {
  expect(pageEntries('', PROJECT, false).map(({ text }) => text)).toEqual(['Experiments', 'Models']);
  expect(pageEntries('tok', PROJECT, true).map(({ href }) => href)).toEqual([
    '/-/user_settings/personal_access_tokens',
  ]);
  expect(pageEntries('', null, false)).toEqual([]);
});

test('every word of the text counts', () => {
  expect(projectEntries('bird lab', [PROJECT]).map(({ text }) => text)).toEqual(['lab/birds']);
  expect(projectEntries('birds two', [PROJECT])).toEqual([]);
  const actions = [{ key: 'c', label: 'Compare the selected', run: () => undefined }];
  expect(actionEntries('comp', actions).map(({ hint }) => hint)).toEqual(['c']);
});

test('what is found leads to its page, and two files of one package are two entries', () => {
  const file = { size: 1, package: 7, name: 'data', version: '1.0' };
  const entries = foundEntries(
    {
      candidates: [{ iid: 3, name: 'heron', status: 'finished', experiment: 'nests' }],
      experiments: [{ iid: 2, name: 'nests' }],
      models: [{ iid: 1, name: 'bird' }],
      files: [
        { ...file, path: 'a.csv' },
        { ...file, path: 'b.csv' },
      ],
    },
    'lab/birds',
  );
  expect(entries.map(({ href }) => href)).toEqual([
    '/lab/birds/-/ml/experiments/2',
    '/lab/birds/-/ml/candidates/3',
    '/lab/birds/-/ml/models/1',
    '/lab/birds/-/packages/7',
    '/lab/birds/-/packages/7',
  ]);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(5);
  expect(grouped(entries).map(([name, list]) => [name, list.length])).toEqual([
    ['Experiments', 1],
    ['Candidates', 1],
    ['Models', 1],
    ['Files', 2],
  ]);
});
