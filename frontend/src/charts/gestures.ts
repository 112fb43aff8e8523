// Moving along a chart: Shift and drag with a mouse, one finger in a part of the axis, two fingers to stretch it.

import { moved, pinched } from '../lib/span';
import type { Plot } from './plot';
import type { Range } from './types';

export interface Moved {
  /** The chart as it is drawn now: it is drawn anew while a gesture goes on. */
  plot: () => Plot | null;
  /** All that the axis can show; null where that is not known. */
  whole: () => Range | null;
  /** Whether a part of the axis is shown. */
  zoomed: () => boolean;
  onzoom: (range: Range | null) => void;
}

/** How often detail is asked for while a gesture goes on, in milliseconds. */
const PAUSE = 150;

interface Start {
  range: Range;
  /** Where each finger was, in parts of the width. */
  at: Map<number, number>;
}

/** Listens on the box around a chart; returns what ends that. */
export function gestures(box: HTMLElement, chart: Moved): () => void {
  const fingers = new Map<number, number>();
  let start: Start | null = null;
  let wanted: Range | null | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function tell(): void {
    clearTimeout(timer);
    timer = undefined;
    if (wanted !== undefined) chart.onzoom(wanted);
    wanted = undefined;
  }

  function show(range: Range | null): void {
    const drawn = range ?? chart.whole();
    if (drawn !== null) chart.plot()?.show(drawn);
    wanted = range;
    timer ??= setTimeout(tell, PAUSE);
  }

  function begin(): void {
    const plot = chart.plot();
    const [low, high] = plot?.shown() ?? [0, 0];
    start = low < high && fingers.size > 0 ? { range: [low, high], at: new Map(fingers) } : null;
  }

  function down(event: PointerEvent): void {
    const plot = chart.plot();
    const isMouse = event.pointerType === 'mouse';
    if (plot === null || (isMouse && !(event.shiftKey && event.button === 0))) return;
    fingers.set(event.pointerId, plot.part(event.clientX));
    box.setPointerCapture(event.pointerId);
    begin();
  }

  function move(event: PointerEvent): void {
    const plot = chart.plot();
    if (plot === null || start === null || !fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, plot.part(event.clientX));
    const [first, second] = [...start.at].map(([id, from]) => ({ from, to: fingers.get(id) ?? from }));
    if (first === undefined) return;
    const width = start.range[1] - start.range[0];
    if (second !== undefined) {
      show(pinched(start.range, [first.from, second.from], [first.to, second.to], chart.whole()));
    } else if (chart.zoomed()) {
      show(moved(start.range, (first.from - first.to) * width, chart.whole()));
    } else if (event.pointerType !== 'mouse') plot.moveTo(start.range[0] + first.to * width);
  }

  function up(event: PointerEvent): void {
    if (!fingers.delete(event.pointerId)) return;
    tell();
    begin();
  }

  box.addEventListener('pointerdown', down);
  box.addEventListener('pointermove', move);
  box.addEventListener('pointerup', up);
  box.addEventListener('pointercancel', up);
  return () => {
    clearTimeout(timer);
    box.removeEventListener('pointerdown', down);
    box.removeEventListener('pointermove', move);
    box.removeEventListener('pointerup', up);
    box.removeEventListener('pointercancel', up);
  };
}
