// The charts of an experiment as its address says them.

import type { Range } from '../charts/types';
import { putRange, rangeOf } from './span';

export type ScaleKind = 'log' | 'linear';

/** The charts as the address says them; empty fields are the server's choice. */
export interface ChartsView {
  open: boolean;
  x: string;
  y: string;
  colour: string;
  /** Null: as the values want it. */
  xScale: ScaleKind | null;
  yScale: ScaleKind | null;
  axes: string[];
  paretoX: string;
  paretoY: string;
  contourX: string;
  contourY: string;
  /** The parameter by whose values curves stand side by side; empty: by metric. */
  facet: string;
  facetMetric: string;
  facetClip: boolean;
  facetRange: Range | null;
}

export const NO_CHARTS: ChartsView = {
  open: false,
  x: '',
  y: '',
  colour: '',
  xScale: null,
  yScale: null,
  axes: [],
  paretoX: '',
  paretoY: '',
  contourX: '',
  contourY: '',
  facet: '',
  facetMetric: '',
  facetClip: false,
  facetRange: null,
};

export function parseCharts(given: URLSearchParams): ChartsView {
  return {
    open: given.get('show') === 'charts',
    x: given.get('x') ?? '',
    y: given.get('y') ?? '',
    colour: given.get('colour') ?? '',
    xScale: scaleOf(given.get('x_scale')),
    yScale: scaleOf(given.get('y_scale')),
    axes: given.getAll('axes'),
    paretoX: given.get('front_x') ?? '',
    paretoY: given.get('front_y') ?? '',
    contourX: given.get('contour_x') ?? '',
    contourY: given.get('contour_y') ?? '',
    facet: given.get('facet') ?? '',
    facetMetric: given.get('facet_metric') ?? '',
    facetClip: given.get('facet_outliers') === 'off',
    facetRange: rangeOf(given, 'facet_'),
  };
}

function scaleOf(text: string | null): ScaleKind | null {
  return text === 'log' || text === 'linear' ? text : null;
}

export function writeCharts(given: URLSearchParams, view: ChartsView): void {
  if (view.open) given.set('show', 'charts');
  const texts = {
    x: view.x,
    y: view.y,
    colour: view.colour,
    front_x: view.paretoX,
    front_y: view.paretoY,
    contour_x: view.contourX,
    contour_y: view.contourY,
    facet: view.facet,
    facet_metric: view.facetMetric,
  };
  for (const [name, text] of Object.entries(texts)) if (text !== '') given.set(name, text);
  if (view.xScale !== null) given.set('x_scale', view.xScale);
  if (view.yScale !== null) given.set('y_scale', view.yScale);
  if (view.facetClip) given.set('facet_outliers', 'off');
  putRange(given, view.facetRange, 'facet_');
  for (const axis of view.axes) given.append('axes', axis);
}
