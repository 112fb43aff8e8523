// The query string at which the server draws or writes the curves that a page shows.

import type { Axis } from '../api/types';

export interface CurveFile {
  candidates: readonly number[];
  metric: string;
  axis: Axis;
  log: boolean;
  range: readonly [number, number] | null;
  against?: string | null;
  groups?: boolean;
  by?: readonly string[];
  clip?: boolean;
  smooth?: number;
  /** The candidate to which the differences are. */
  minus?: number | null;
  title?: string;
}

/** As many as a picture tells apart. */
const MOST_LINES = 48;

export function curveSearch(file: CurveFile): string {
  const given = new URLSearchParams();
  given.set('candidates', file.candidates.slice(0, MOST_LINES).join('.'));
  given.set('metric', file.metric);
  if (file.groups) {
    given.set('groups', 'on');
    for (const key of file.by ?? []) given.append('by', key);
  }
  if (!file.groups && file.against) given.set('against', file.against);
  else if (!file.groups && file.axis !== 'step') given.set('axis', file.axis);
  if (file.minus != null) given.set('minus', String(file.minus));
  if (file.log) given.set('scale', 'log');
  if (!file.groups && file.smooth) given.set('smooth', String(file.smooth));
  if (file.clip) given.set('outliers', 'off');
  if (file.range !== null) {
    given.set('start', String(file.range[0]));
    given.set('end', String(file.range[1]));
  }
  if (file.title !== undefined) given.set('title', file.title);
  return `?${given}`;
}
