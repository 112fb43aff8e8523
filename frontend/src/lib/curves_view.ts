// How the curves of one candidate are shown, in the address of its page.

import type { Axis } from '../api/types';
import type { Range } from '../charts/types';
import { smoothOf } from './smooth';
import { putRange, rangeOf } from './span';

export interface CurvesView {
  axis: Axis;
  log: boolean;
  /** Weight of the average that is drawn over the points; 0 draws none. */
  smooth: number;
  /** Whether the vertical axes leave out the few values that lie far from all others. */
  clip: boolean;
  /** The part of the horizontal axis that is shown; null: all of it. */
  range: Range | null;
  /** The chart that the address points at; empty: none. */
  metric: string;
}

export function parseCurves(search: string): CurvesView {
  const given = new URLSearchParams(search);
  const axis = given.get('axis');
  return {
    axis: axis === 'relative' || axis === 'wall' ? axis : 'step',
    log: given.get('scale') === 'log',
    smooth: smoothOf(given.get('smooth')),
    clip: given.get('outliers') === 'off',
    range: rangeOf(given),
    metric: given.get('metric') ?? '',
  };
}

export function curvesSearch(view: CurvesView): string {
  const given = new URLSearchParams();
  if (view.axis !== 'step') given.set('axis', view.axis);
  if (view.log) given.set('scale', 'log');
  if (view.smooth > 0) given.set('smooth', String(view.smooth));
  if (view.clip) given.set('outliers', 'off');
  putRange(given, view.range);
  if (view.metric !== '') given.set('metric', view.metric);
  const text = given.toString();
  return text === '' ? '' : `?${text}`;
}
