import { expect, test } from 'vitest';
import { curvesSearch, parseCurves } from './curves_view';
import { parseView, viewSearch } from './view';

test('the address of curves holds the axis, the part of it, and the chart', () => {
  const search = '?axis=wall&scale=log&smooth=0.6&outliers=off&start=1.5&end=20&metric=val%2Facc';
  const view = parseCurves(search);
  expect(view).toEqual({
    axis: 'wall',
    log: true,
    smooth: 0.6,
    clip: true,
    range: [1.5, 20],
    metric: 'val/acc',
  });
  expect(curvesSearch(view)).toBe(search);
  expect(curvesSearch(parseCurves('?axis=x&start=5&end=5&smooth=2'))).toBe('');
});

test('an experiment keeps the zoom of its curves apart from that of those side by side', () => {
  const search = '?outliers=off&start=0&end=9.5&show=charts&facet_outliers=off&facet_start=-1&facet_end=3';
  const view = parseView(search);
  expect(view.chart.range).toEqual([0, 9.5]);
  expect(view.charts.facetRange).toEqual([-1, 3]);
  expect(viewSearch(view)).toBe(search);
});
