// One drawn chart. The only place that knows uPlot; loaded when the first chart is shown.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type Aligned, align, positiveOnly } from '../lib/curves';
import { type Oddity, oddities } from '../lib/oddities';
import { axes } from './axes';
import { backdrop, ink } from './ink';
import { Spotlight } from './spotlight';
import type { End, Events, Hover, Range, Spec } from './types';

const HEIGHT_OF_MARK = 5;
/** Marks of more lines than this share rows. */
const ROWS_OF_MARKS = 4;
/** Of more lines than this each is a pixel wide, which browsers without a graphics card draw several times as fast, and
 * the cursor marks the nearest alone. */
const FEW = 20;

export class Plot {
  readonly #chart: uPlot;
  readonly #spec: Spec;
  readonly #events: Events;
  readonly #data: Aligned;
  readonly #odd: Oddity[];
  readonly #colours: string[];
  readonly #strong: string;
  readonly #spotlight: Spotlight;
  #shown: Range;

  constructor(target: HTMLElement, spec: Spec, events: Events) {
    this.#spec = spec;
    this.#events = events;
    const banded = spec.lines.filter(({ band }) => band !== undefined);
    const aligned = align([
      ...spec.lines,
      ...banded.flatMap(({ x, band }) =>
        band === undefined
          ? []
          : [
              { x, y: band.high },
              { x, y: band.low },
            ],
      ),
    ]);
    this.#data = spec.log ? positiveOnly(aligned) : aligned;
    this.#odd = oddities(spec.lines);
    this.#colours = spec.lines.map(({ look }) => ink(target, look.colour));
    this.#strong = ink(target, '--control-line');
    this.#spotlight = new Spotlight({ surface: backdrop(target), colours: this.#colours });
    this.#shown = spec.range ?? this.extent();
    const data = [this.#data.x, ...this.#data.y] as uPlot.AlignedData;
    this.#chart = new uPlot(this.#options(target), data, target);
  }

  #options(target: HTMLElement): uPlot.Options {
    const { axis, along, log, lines, margin } = this.#spec;
    const banded = lines.filter(({ band }) => band !== undefined);
    const font = `11.5px ${getComputedStyle(target).fontFamily}`;
    return {
      width: Math.max(80, target.clientWidth),
      height: Math.max(60, target.clientHeight),
      padding: [10, margin || 12, 0, 0],
      ms: 1,
      legend: { show: false },
      scales: {
        // Also what `setScale` is given goes through this.
        x: { time: axis === 'wall', range: () => this.#shown },
        y: this.#vertical(log),
      },
      axes: axes(
        { axis, along, log, ...this.#measure() },
        { font, ink: ink(target, '--ink-3'), line: ink(target, '--line') },
      ),
      series: [
        {},
        ...lines.map((line, place) => ({
          stroke: this.#colours[place] ?? '',
          width: lines.length > FEW ? 1 : 1.6,
          dash: line.look.dash,
          points: this.#isAlone(place) ? { size: 8, show: true } : { size: 5 },
          alpha: line.faint ? 0.32 : 1,
        })),
        // The edges of bands are filled between, not drawn.
        ...banded.flatMap(() => [edge(), edge()]),
      ],
      bands: banded.map((line, index) => ({
        series: [lines.length + 1 + 2 * index, lines.length + 2 + 2 * index] as uPlot.Band.Bounds,
        fill: translucent(ink(target, line.look.colour)),
      })),
      focus: { alpha: 1 }, // the spotlight shows which
      cursor: {
        drag: { x: true, y: false, setScale: false },
        focus: { prox: lines.length > 1 && this.#spec.fade !== false ? 40 : -1 },
        points: { size: 8, one: lines.length > FEW && this.#spec.fade !== false },
        sync: { key: this.#spec.sync, setSeries: false, scales: ['x', null] },
        dataIdx: (_, series, index) => this.#nearestIndex(series, index),
        bind: {
          // With Shift a drag moves along the axis instead of choosing a part of it.
          mousedown: (_, __, choose) => (event) => {
            if (!event.shiftKey) choose(event);
            return null;
          },
          dblclick: () => () => {
            this.#events.onzoom(null);
            return null;
          },
        },
      },
      hooks: {
        setSelect: [(chart) => this.#selected(chart)],
        setCursor: [(chart) => this.#events.onhover(this.#hover(chart))],
        drawAxes: [(chart) => this.#drawZero(chart)],
        draw: [(chart) => this.#drawOddities(chart), (chart) => this.#spotlight.draw(chart)],
        setSeries: [(chart, series) => this.#spotlight.show(chart, series)],
        ready: [(chart) => this.#events.onends(this.#ends(chart))],
        setScale: [
          (chart, scale) => scale === 'y' && queueMicrotask(() => this.#events.onends(this.#ends(chart))),
        ],
        setSize: [(chart) => queueMicrotask(() => this.#events.onends(this.#ends(chart)))],
      },
    };
  }

  #vertical(log: boolean): uPlot.Scale {
    const clip = this.#spec.clip ?? null;
    if (clip !== null)
      return log ? { distr: 3, range: clip } : { range: paddedRange(clip[0], clip[1], false) };
    if (log) return { distr: 3, range: (_, min, max) => paddedLogRange(min, max) };
    return { range: (_, min, max) => paddedRange(min, max, this.#spec.zero ?? false) };
  }

  /** One value, which no line leads to: its point is drawn however close those of other lines are. */
  #isAlone(place: number): boolean {
    const values = this.#data.y[place] ?? [];
    const first = values.findIndex((value) => typeof value === 'number');
    return first >= 0 && !values.some((value, at) => at > first && typeof value === 'number');
  }

  #measure(): { only: number | null; greatest: number } {
    let greatest = 0;
    for (const values of this.#data.y)
      for (const value of values)
        if (typeof value === 'number') greatest = Math.max(greatest, Math.abs(value));
    const [first, last] = [this.#data.x[0], this.#data.x.at(-1)];
    return { only: first !== undefined && first === last ? first : null, greatest };
  }

  /** From the first point to the last, with room around a single one. */
  extent(): Range {
    const first = this.#data.x[0] ?? 0;
    const last = this.#data.x.at(-1) ?? 1;
    return first === last ? [first - 1, last + 1] : [first, last];
  }

  /** Between the points of a line, its nearest point speaks. */
  #nearestIndex(series: number, index: number): number {
    const values = this.#data.y[series - 1];
    if (values === undefined || values[index] !== undefined) return index;
    const most = Math.max(index, values.length - index);
    for (let away = 1; away <= most; away += 1) {
      if (values[index - away] !== undefined) return index - away;
      if (values[index + away] !== undefined) return index + away;
    }
    return index;
  }

  #selected(chart: uPlot): void {
    const { left, width } = chart.select;
    if (width < 5) return;
    const range: [number, number] = [chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')];
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#events.onzoom(range);
  }

  #hover(chart: uPlot): Hover | null {
    const { idx, idxs, left } = chart.cursor;
    if (idx === null || idx === undefined || left === undefined || left < 0) return null;
    const x = this.#data.x[idx];
    if (x === undefined) return null;
    const values = this.#spec.lines.flatMap((line, index) => {
      const at = idxs?.[index + 1];
      const value = at === null || at === undefined ? undefined : this.#data.y[index]?.[at];
      if (value === undefined) return [];
      return [{ id: line.id, value: value ?? ('NaN' as const) }];
    });
    const focused = chart.series.findIndex((series, index) => index > 0 && isFocused(chart, series));
    const box = chart.over.getBoundingClientRect();
    const outer = chart.root.getBoundingClientRect();
    const nearest = focused > 0 ? (this.#spec.lines[focused - 1]?.id ?? null) : null;
    return { x, left: box.left - outer.left + left, values, nearest };
  }

  #ends(chart: uPlot): End[] {
    const top = chart.over.offsetTop;
    return this.#spec.lines.flatMap((line, index) => {
      const last = this.#data.y[index]?.findLast((value) => typeof value === 'number');
      if (typeof last !== 'number') return [];
      return [{ id: line.id, top: top + chart.valToPos(last, 'y') }];
    });
  }

  #drawZero(chart: uPlot): void {
    if (this.#spec.zero !== true) return;
    const { ctx, bbox } = chart;
    const top = Math.round(chart.valToPos(0, 'y', true));
    ctx.save();
    ctx.strokeStyle = this.#strong;
    ctx.setLineDash([]);
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(bbox.left, top);
    ctx.lineTo(bbox.left + bbox.width, top);
    ctx.stroke();
    ctx.restore();
  }

  /** A cross where values stop being numbers, a wedge where they are infinite, and a line to where that ends. */
  #drawOddities(chart: uPlot): void {
    const { ctx, bbox } = chart;
    const size = HEIGHT_OF_MARK * devicePixelRatio;
    const rows = [...new Set(this.#odd.map(({ series }) => series))];
    const [left, right] = [bbox.left - 1, bbox.left + bbox.width + 1];
    ctx.save();
    ctx.lineWidth = 1.5 * devicePixelRatio;
    for (const { series, from, to, word } of this.#odd) {
      const [start, end] = [chart.valToPos(from, 'x', true), chart.valToPos(to, 'x', true)];
      if (end < left || start > right) continue;
      const away = size + (rows.indexOf(series) % ROWS_OF_MARKS) * size * 2.2;
      const top = word === '+∞' ? bbox.top + away : bbox.top + bbox.height - away;
      ctx.strokeStyle = this.#colours[series] ?? this.#strong;
      // The last line that was drawn may have been dashed.
      ctx.setLineDash([]);
      if (start >= left) mark(ctx, word, start, top, size * 0.8);
      if (end === start) continue;
      ctx.setLineDash([size / 5, (size * 3) / 5]);
      ctx.beginPath();
      ctx.moveTo(Math.max(left, start + size), top);
      ctx.lineTo(Math.min(right, end), top);
      ctx.stroke();
    }
    ctx.restore();
  }

  /** Draws one line above the others, or all alike. */
  highlight(id: number | null): void {
    const index = this.#spec.lines.findIndex((line) => line.id === id);
    this.#chart.setSeries(index < 0 ? null : index + 1, { focus: true });
  }

  /** Moves the cursor by points, from the keyboard. */
  step(points: number): void {
    const count = this.#data.x.length;
    const from = this.#chart.cursor.idx ?? (points > 0 ? -1 : count);
    const x = this.#data.x[Math.max(0, Math.min(count - 1, from + points))];
    if (x !== undefined) this.moveTo(x);
  }

  /** Moves the cursor to a place along the horizontal axis. */
  moveTo(x: number): void {
    this.#chart.setCursor({ left: this.#chart.valToPos(x, 'x'), top: this.#chart.over.clientHeight / 2 });
  }

  /** The part of the axis that is drawn now. */
  shown(): Range {
    const { min, max } = this.#chart.scales.x ?? {};
    return [min ?? 0, max ?? 0];
  }

  /** Draws another part of the axis, from the points that are there. */
  show([min, max]: Range): void {
    if (this.#shown[0] === min && this.#shown[1] === max) return;
    this.#shown = [min, max];
    this.#chart.setScale('x', { min, max });
  }

  /** How far along the axis a place on the screen is, from 0 to 1. */
  part(clientX: number): number {
    const { left, width } = this.#chart.over.getBoundingClientRect();
    return (clientX - left) / Math.max(1, width);
  }

  resize(width: number, height: number): void {
    this.#chart.setSize({ width, height });
  }

  destroy(): void {
    this.#chart.destroy();
  }
}

function edge(): uPlot.Series {
  return { stroke: 'transparent', width: 0, points: { show: false } };
}

/** The colour of a band: that of its line, thin enough for others to be seen through it. */
function translucent(colour: string): string {
  return colour.startsWith('rgb(') ? colour.replace('rgb(', 'rgba(').replace(')', ', 0.16)') : colour;
}

function isFocused(chart: uPlot, series: uPlot.Series): boolean {
  const shown = series as uPlot.Series & { _focus?: boolean | null };
  return shown._focus === true && chart.series.length > 2;
}

function paddedRange(lowest: number | null, highest: number | null, zero: boolean): [number, number] {
  if (lowest === null || highest === null) return [0, 1];
  const min = zero ? Math.min(0, lowest) : lowest;
  const max = zero ? Math.max(0, highest) : highest;
  const room = max === min ? Math.abs(max) * 0.1 || 1 : (max - min) * 0.06;
  return [min - room, max + room];
}

function paddedLogRange(lowest: number | null, highest: number | null): [number, number] {
  if (lowest === null || highest === null || lowest <= 0) return [0.1, 1];
  const room = lowest === highest ? 2 : (highest / lowest) ** 0.05;
  return [lowest / room, highest * room];
}

function mark(ctx: CanvasRenderingContext2D, word: Oddity['word'], x: number, y: number, size: number): void {
  ctx.beginPath();
  if (word === 'NaN') {
    ctx.moveTo(x - size, y - size);
    ctx.lineTo(x + size, y + size);
    ctx.moveTo(x - size, y + size);
    ctx.lineTo(x + size, y - size);
  } else {
    const point = word === '+∞' ? -size : size;
    ctx.moveTo(x - size, y - point);
    ctx.lineTo(x, y + point);
    ctx.lineTo(x + size, y - point);
  }
  ctx.stroke();
}
