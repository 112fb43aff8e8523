// One line before all others. The chart stays as it is drawn: a veil lies over it, and the line stands above the veil,
// so to follow the cursor costs one line and not a hundred.

import type uPlot from 'uplot';

/** What is left to see of the other lines. */
const LEFT = 0.22;

interface Lamp {
  /** The colour of the surface that the chart stands on, and those of the series. */
  surface: string;
  colours: readonly string[];
}

export class Spotlight {
  readonly #lamp: Lamp;
  readonly #canvas = document.createElement('canvas');
  #lit: number | null = null;

  constructor(lamp: Lamp) {
    this.#lamp = lamp;
    Object.assign(this.#canvas.style, { position: 'absolute', pointerEvents: 'none' });
  }

  /** Puts the series, counted as uPlot does, before the others; null shows all alike. */
  show(chart: uPlot, series: number | null): void {
    if (series === this.#lit) return;
    this.#lit = series;
    this.draw(chart);
  }

  /** Draws again what is shown, where the chart was. */
  draw(chart: uPlot): void {
    const points = chart.over.querySelectorAll<HTMLElement>('.u-cursor-pt');
    points.forEach((point, at) => {
      point.style.opacity =
        this.#lit === null || points.length === 1 || at + 1 === this.#lit ? '' : String(LEFT);
    });
    if (this.#lit === null) {
      this.#canvas.remove();
      return;
    }
    if (!this.#canvas.isConnected) chart.over.before(this.#canvas);
    const ctx = this.#placed(chart);
    if (ctx === null) return;
    ctx.globalAlpha = 1 - LEFT;
    ctx.fillStyle = this.#lamp.surface;
    ctx.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    ctx.globalAlpha = 1;
    ctx.translate(-chart.bbox.left, -chart.bbox.top);
    this.#line(chart, ctx, this.#lit);
  }

  /** An empty canvas over the area of the chart where lines are. */
  #placed(chart: uPlot): CanvasRenderingContext2D | null {
    const { left, top, width, height } = chart.over.style;
    Object.assign(this.#canvas.style, { left, top, width, height });
    this.#canvas.width = chart.bbox.width;
    this.#canvas.height = chart.bbox.height;
    return this.#canvas.getContext('2d');
  }

  #line(chart: uPlot, ctx: CanvasRenderingContext2D, lit: number): void {
    const series = chart.series[lit];
    const [from, to] = chart.series[0]?.idxs ?? [0, 0];
    if (series === undefined) return;
    // One more point at each side, so that the line goes on to the edges.
    const [first, last] = [this.#outer(chart, lit, from, -1), this.#outer(chart, lit, to, 1)];
    const path = series.paths?.(chart, lit, first, last);
    ctx.strokeStyle = this.#lamp.colours[lit - 1] ?? '';
    ctx.save();
    if (path?.clip != null) ctx.clip(path.clip);
    if (path?.stroke instanceof Path2D) {
      ctx.lineWidth = (series.width ?? 1) * devicePixelRatio;
      ctx.lineJoin = 'round';
      ctx.setLineDash((series.dash ?? []).map((length) => length * devicePixelRatio));
      ctx.stroke(path.stroke);
    }
    ctx.restore();
    this.#points(chart, ctx, lit, [from, to]);
  }

  /** Single points, which uPlot marks where there is room. */
  #points(chart: uPlot, ctx: CanvasRenderingContext2D, lit: number, [from, to]: [number, number]): void {
    const points = chart.series[lit]?.points;
    const shown = typeof points?.show === 'function' ? points.show(chart, lit, from, to) : points?.show;
    const path = shown === true ? points?.paths?.(chart, lit, from, to) : null;
    if (path == null) return;
    ctx.lineWidth = (points?.width ?? 1) * devicePixelRatio;
    ctx.fillStyle = '#fff';
    if (path.fill instanceof Path2D) ctx.fill(path.fill);
    if (path.stroke instanceof Path2D) ctx.stroke(path.stroke);
  }

  #outer(chart: uPlot, lit: number, at: number, direction: 1 | -1): number {
    const values = chart.data[lit];
    if (values === undefined) return at;
    let outer = at + direction;
    while (outer >= 0 && outer < values.length && values[outer] === undefined) outer += direction;
    return Math.max(0, Math.min(values.length - 1, outer));
  }
}
