import { describe, expect, test } from 'vitest';
import type { CandidateRow, Column, Goal } from '../api/schema';
import {
  bestOf,
  chosenColumns,
  constants,
  defaultColumns,
  direction,
  FACTS,
  findColumns,
  firstDescending,
  goalFirst,
  guessMetric,
  isLowerBetter,
  isRightAligned,
  moved,
  naturalWidth,
  pinnedFirst,
  steady,
  tableColumn,
  wantedColumns,
} from './columns';

function column(kind: Column['kind'], key: string, candidates = 3, distinct = 2, influence = 0): Column {
  return { kind, key, candidates, distinct, influence };
}

function row(iid: number, given: Partial<CandidateRow> = {}): CandidateRow {
  return {
    note: '',
    starred: false,
    depth: 0,
    below: 0,
    group: null,
    iid,
    external_id: String(iid),
    name: `trial-${iid}`,
    status: 'finished',
    start_time: 0,
    end_time: null,
    created_by: 'ada',
    parent: null,
    deleted: false,
    metrics: {},
    params: {},
    metadata: {},
    ci: {},
    standing: null,
    ...given,
  };
}

describe('the default columns', () => {
  const columns = [
    column('metric', 'train/loss'),
    column('metric', 'val/loss'),
    column('metric', 'sys/gpu'),
    column('param', 'lr'),
    column('param', 'epochs', 3, 1),
    column('metadata', 'team'),
  ];

  test('are what tells candidates apart, held-out measurements first', () => {
    expect(defaultColumns(columns)).toEqual([
      'status',
      'metrics.val/loss',
      'metrics.train/loss',
      'params.lr',
      'start_time',
      'duration',
    ]);
  });

  test('put how the training went after the parameters', () => {
    const known = [
      column('metric', 'lr'),
      column('metric', 'grad_norm'),
      column('metric', 'acc'),
      column('param', 'depth'),
    ];
    const wanted = ['metrics.acc', 'params.depth', 'metrics.grad_norm', 'metrics.lr'];
    expect(defaultColumns(known).filter((id) => id.includes('.'))).toEqual(wanted);
  });

  test('are few even where there are many keys', () => {
    const many = Array.from({ length: 500 }, (_, index) => column('metric', `m${index}`));
    expect(defaultColumns(many)).toHaveLength(15);
  });

  test('put what most candidates have before what few have', () => {
    const ids = defaultColumns([column('param', 'rare', 1), column('param', 'usual', 9)]);
    expect(ids.indexOf('params.usual')).toBeLessThan(ids.indexOf('params.rare'));
  });

  test('put the parameters first that explain the goal, and seeds last', () => {
    const params = [
      column('param', 'batch'),
      column('param', 'a_seed'),
      column('param', 'lr', 2, 2, 0.6),
      column('param', 'depth', 3, 2, 0.1),
    ];
    const wanted = ['params.lr', 'params.depth', 'params.batch', 'params.a_seed'];
    expect(defaultColumns(params).filter((id) => id.startsWith('params'))).toEqual(wanted);
  });

  test('stay in their order while others join them', () => {
    expect(steady(['a', 'b', 'c'], ['c', 'new', 'a', 'b'])).toEqual(['a', 'b', 'c', 'new']);
    expect(steady(['a', 'b'], ['first', 'b', 'then', 'later'])).toEqual(['first', 'b', 'then', 'later']);
    expect(steady([], ['a', 'b'])).toEqual(['a', 'b']);
  });

  test('are asked for together with the constants', () => {
    expect(wantedColumns(null, columns)).toEqual([...defaultColumns(columns), 'params.epochs']);
    expect(wantedColumns(['params.epochs'], columns)).toEqual(['params.epochs']);
  });
});

test('chosen columns keep the order of the ids and leave out what is gone', () => {
  const all = [...FACTS, tableColumn(column('param', 'lr'))];
  expect(chosenColumns(['params.lr', 'params.gone', 'status'], all).map(({ id }) => id)).toEqual([
    'params.lr',
    'status',
  ]);
});

test('a column knows its field in the language of filters', () => {
  expect(tableColumn(column('metric', 'val/acc')).field).toBe('metrics."val/acc"');
  expect(tableColumn(column('param', 'lr')).field).toBe('params.lr');
});

test('constants are the parameters with one value, where a row shows it', () => {
  const columns = [column('param', 'epochs', 2, 1), column('param', 'lr'), column('param', 'gone', 1, 1)];
  expect(constants(columns, [row(1), row(2, { params: { epochs: '60', lr: '0.1' } })])).toEqual([
    { key: 'epochs', value: '60', candidates: 2 },
  ]);
});

describe('moving a column', () => {
  test.each([
    ['a', 2, ['b', 'c', 'a', 'd']],
    ['d', 0, ['d', 'a', 'b', 'c']],
    ['b', 1, ['a', 'b', 'c', 'd']],
    ['a', 99, ['b', 'c', 'd', 'a']],
    ['a', -5, ['a', 'b', 'c', 'd']],
    ['missing', 0, ['a', 'b', 'c', 'd']],
  ])('%s to %i', (id, to, expected) => {
    expect(moved(['a', 'b', 'c', 'd'], id, to)).toEqual(expected);
  });
});

test('columns are found by every word, in any order and case', () => {
  const columns = [{ title: 'val/Loss' }, { title: 'train/loss' }];
  expect(findColumns(columns, 'LOSS val')).toEqual([columns[0]]);
  expect(findColumns(columns, ' ')).toEqual(columns);
});

test('a width stays within its bounds', () => {
  const measure = (text: string): number => text.length * 8;
  expect(naturalWidth('a', [], measure)).toBe(76);
  expect(naturalWidth('a', ['x'.repeat(500)], measure)).toBe(260);
  expect(naturalWidth('a', ['x', 'x'.repeat(12), 'xx'], measure)).toBe(12 * 8 + 26);
  expect(naturalWidth('a'.repeat(14), ['x'.repeat(12)], measure)).toBe(14 * 8 + 26);
});

test('numbers stand to the right, words to the left', () => {
  const rows = [
    row(1, { params: { lr: '1e-3', model: 'mlp' } }),
    row(2, { params: { lr: '0.1', model: '7' } }),
  ];
  expect(isRightAligned(tableColumn(column('param', 'lr')), rows)).toBe(true);
  expect(isRightAligned(tableColumn(column('param', 'model')), rows)).toBe(false);
  expect(isRightAligned(tableColumn(column('param', 'nowhere')), rows)).toBe(false);
  expect(isRightAligned(tableColumn(column('metric', 'acc')), rows)).toBe(true);
  expect(FACTS.filter((fact) => isRightAligned(fact, rows)).map(({ id }) => id)).toEqual(['duration']);
});

describe('the good end of a metric', () => {
  test.each(['val/loss', 'rmse', 'latency_ms', 'test_error', 'fid', 'perplexity'])('%s is low', (key) => {
    expect(isLowerBetter(key)).toBe(true);
    expect(direction(key)).toBe('low');
  });

  test.each(['val/acc', 'roc_auc', 'macro_f1', 'mAP', 'reward'])('%s is high', (key) => {
    expect(direction(key)).toBe('high');
  });

  test.each(['epoch', 'params_m', 'learning_rate'])('%s has none', (key) => {
    expect(direction(key)).toBeNull();
  });

  test('is what a first click on the column shows', () => {
    expect(firstDescending(tableColumn(column('metric', 'val/acc')))).toBe(true);
    expect(firstDescending(tableColumn(column('metric', 'val/loss')))).toBe(false);
    expect(firstDescending(tableColumn(column('param', 'lr')))).toBe(false);
  });
});

describe('the best of a metric', () => {
  const rows = [
    row(1, { metrics: { acc: 0.8, loss: 0.4, epoch: 3 } }),
    row(2, { metrics: { acc: 0.9, loss: 0.5, epoch: 4 } }),
    row(3, { metrics: { acc: 0.99, loss: 0.1 }, status: 'failed' }),
    row(4, { metrics: { acc: 'NaN', loss: 'Infinity' } }),
  ];

  test('follows the direction and is a finished candidate with a number', () => {
    expect(bestOf('acc', rows, null)).toEqual([2]);
    expect(bestOf('loss', rows, null)).toEqual([1]);
  });

  test('is nothing without a direction or a contest', () => {
    expect(bestOf('epoch', rows, null)).toEqual([]);
    expect(bestOf('acc', rows.slice(0, 1), null)).toEqual([]);
    expect(bestOf('acc', [row(1, { metrics: { acc: 1 } }), row(2, { metrics: { acc: 1 } })], null)).toEqual(
      [],
    );
  });
});

test('the metric a reader asks for is held out and a score', () => {
  const metrics = ['train/acc', 'val/loss', 'val/acc', 'sys/acc'].map((key) => column('metric', key));
  expect(guessMetric(metrics)).toBe('val/acc');
  expect(guessMetric([column('metric', 'train/loss'), column('metric', 'val/loss')])).toBe('val/loss');
  expect(guessMetric([column('param', 'acc')])).toBeNull();
});

test('the metric of the goal comes first', () => {
  const ids = ['status', 'metrics.a', 'metrics.b', 'params.lr'];
  const by = (metric: string, second?: string): Goal =>
    ({
      metric,
      direction: 'maximize',
      second: second ? { metric: second, direction: 'minimize' } : null,
    }) as Goal;
  expect(goalFirst(ids, by('b'), false)).toEqual(['status', 'metrics.b', 'metrics.a', 'params.lr']);
  expect(goalFirst(ids, by('c'), false)[1]).toBe('metrics.c');
  expect(goalFirst(ids, by('b'), true)).toEqual(['metrics.b', 'status', 'metrics.a', 'params.lr']);
  expect(goalFirst(ids, by('c', 'b'), false)).toEqual([
    'status',
    'metrics.c',
    'metrics.b',
    'metrics.a',
    'params.lr',
  ]);
  expect(goalFirst(ids, by('b', 'a'), true)).toEqual(['metrics.b', 'metrics.a', 'status', 'params.lr']);
  expect(goalFirst(ids, null, true)).toEqual(ids);
});

test('the goal says which end of its metric is the good one, whatever the name', () => {
  const goal = { metric: 'loss', direction: 'maximize' } as Goal;
  const rows = [row(1, { metrics: { loss: 1, acc: 1 } }), row(2, { metrics: { loss: 2, acc: 2 } })];
  expect(bestOf('loss', rows, goal)).toEqual([2]);
  expect(
    bestOf('epoch', [row(1, { metrics: { epoch: 1 } }), row(2, { metrics: { epoch: 2 } })], {
      ...goal,
      metric: 'epoch',
      direction: 'minimize',
    }),
  ).toEqual([1]);
  expect(bestOf('acc', rows, goal)).toEqual([2]);
});

test('pinned columns come first, both parts in their order', () => {
  expect(pinnedFirst(['a', 'b', 'c', 'd'], ['d', 'b', 'gone'])).toEqual(['b', 'd', 'a', 'c']);
});
