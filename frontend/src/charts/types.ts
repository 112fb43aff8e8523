// What a chart is asked to draw, and what it tells back.

import type { Value } from '../api/schema';
import type { Axis } from '../api/types';
import type { Look } from '../lib/palette';

export interface Line {
  id: number;
  label: string;
  /** What is said of it where there is little room. */
  brief?: string;
  look: Look;
  x: number[];
  y: Value[];
  /** A line behind another one, such as the points behind their average. */
  faint?: boolean;
  /** What a band around the line reaches from and to, at each x. */
  band?: { low: Value[]; high: Value[] };
}

/** What a horizontal axis counts: steps, times, or another metric. */
export type DrawnAxis = Axis | 'metric';

export interface Spec {
  lines: Line[];
  axis: DrawnAxis;
  /** The metric along the horizontal axis. */
  along?: string | undefined;
  log: boolean;
  /** The part of the axis that is shown; null shows all. */
  range: Range | null;
  /** Charts with the same key move one cursor. */
  sync: string;
  /** Room to the right for labels at the ends of lines, in pixels. */
  margin: number;
  /** Whether the line next to the pointer fades the others; so it is unless this says no. */
  fade?: boolean;
  /** Whether zero is always in sight, with a line of its own: for differences. */
  zero?: boolean;
  /** The values that the vertical axis shows, where it leaves out others. */
  clip?: Range | null;
}

export type Range = [number, number];

export interface Hover {
  x: number;
  /** Pixels from the left edge of the chart. */
  left: number;
  values: { id: number; value: Value }[];
  /** The line next to the pointer. */
  nearest: number | null;
}

export interface End {
  id: number;
  /** Pixels from the top edge of the chart. */
  top: number;
}

export interface Events {
  onzoom: (range: Range | null) => void;
  onhover: (hover: Hover | null) => void;
  onends: (ends: End[]) => void;
}
