import { describe, expect, test } from 'vitest';
import {
  addOrder,
  type ExperimentView,
  fieldOf,
  MOST_SELECTED_IN_ADDRESS,
  nextOrder,
  orderText,
  parseOrder,
  parseView,
  START,
  viewSearch,
} from './view';

describe('the address of a view', () => {
  const views: ExperimentView[] = [
    START,
    { ...START, filter: 'metrics."val/acc" > 0.8 AND params.a = \'x&y=1#?+%\'' },
    {
      ...START,
      order: [
        { field: 'metrics."val/acc"', descending: true },
        { field: 'params.`odd "key"`', descending: false },
      ],
    },
    { ...START, columns: ['params.lr', 'metrics.a,b', 'status'] },
    { ...START, columns: [] },
    { ...START, pinned: ['metrics.a:b', 'status'], widths: { name: 200, 'metrics.a:b': 90 } },
    { ...START, view: 'deleted', selected: [3, 1, 200] },
    { ...START, chart: { ...START.chart, open: true, metric: 'val/acc', axis: 'relative', log: true } },
    {
      ...START,
      charts: { ...START.charts, open: true, x: 'params.lr', xScale: 'log', axes: ['score', 'params.a,b'] },
    },
    {
      ...START,
      chart: { ...START.chart, open: false, against: 'epoch', groups: true, smooth: 0.6, clip: true },
    },
  ];

  test.each(views.map((view) => [viewSearch(view), view] as const))(
    '%s reads back as it was',
    (search, view) => {
      expect(parseView(search)).toEqual(view);
    },
  );

  test('is empty for the start', () => {
    expect(viewSearch(START)).toBe('');
  });

  test('leaves out a selection that is too long to send around', () => {
    const selected = Array.from({ length: MOST_SELECTED_IN_ADDRESS + 1 }, (_, index) => index + 1);
    expect(viewSearch({ ...START, selected })).toBe('');
  });

  test('that somebody wrote by hand breaks nothing', () => {
    expect(parseView('?view=gone&axis=up&scale=no&chart=maybe&selected=1.x.-2.0.7')).toEqual({
      ...START,
      selected: [1, 7],
    });
  });
});

test.each([
  ['metrics.acc DESC', { field: 'metrics.acc', descending: true }],
  ['metrics."a desc" asc', { field: 'metrics."a desc"', descending: false }],
  [' params.lr ', { field: 'params.lr', descending: false }],
])('the order %s', (text, order) => {
  expect(parseOrder(text)).toEqual(order);
  expect(parseOrder(orderText(order))).toEqual(order);
});

test.each([
  ['acc', 'metrics.acc'],
  ['val/acc', 'metrics."val/acc"'],
  ['2x', 'metrics."2x"'],
  ['say "hi"', 'metrics.`say "hi"`'],
])('the field of %s', (key, field) => {
  expect(fieldOf('metrics', key)).toBe(field);
});

describe('clicks on a column', () => {
  test('order by it, turn round, and let go', () => {
    const once = nextOrder([], 'a', true);
    const twice = nextOrder(once, 'a', true);
    expect(once).toEqual([{ field: 'a', descending: true }]);
    expect(twice).toEqual([{ field: 'a', descending: false }]);
    expect(nextOrder(twice, 'a', true)).toEqual([]);
  });

  test('replace another order', () => {
    expect(nextOrder([{ field: 'b', descending: true }], 'a', false)).toEqual([
      { field: 'a', descending: false },
    ]);
  });

  test('with Shift add to the order, turn round, and take out', () => {
    const first = [{ field: 'b', descending: true }];
    const added = addOrder(first, 'a', false);
    const turned = addOrder(added, 'a', false);
    expect(added).toEqual([...first, { field: 'a', descending: false }]);
    expect(turned).toEqual([...first, { field: 'a', descending: true }]);
    expect(addOrder(turned, 'a', false)).toEqual(first);
  });
});
