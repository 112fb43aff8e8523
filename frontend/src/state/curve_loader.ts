// Curves of one candidate, asked for by many charts at about the same time and fetched together.

import { api, curvesFileUrl } from '../api/client';
import type { Curve } from '../api/schema';
import type { Axis } from '../api/types';
import { type CurveFile, curveSearch } from '../lib/curve_files';

export interface Wish {
  points: number;
  axis: Axis;
  start: number | null;
  end: number | null;
}

interface Waiting {
  key: string;
  points: number;
  resolve: (curve: Curve | null) => void;
  reject: (reason: unknown) => void;
}

const MOST_KEYS = 60;

export class CurveLoader {
  readonly #project: string;
  readonly #candidate: number;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(project: string, candidate: number) {
    this.#project = project;
    this.#candidate = candidate;
  }

  /** The curve of a metric; null when it has no point in the interval. */
  load(key: string, wish: Wish): Promise<Curve | null> {
    const { points, ...where } = wish;
    const kind = JSON.stringify(where);
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(kind);
      if (waiting !== undefined) {
        waiting.push({ key, points, resolve, reject });
        return;
      }
      this.#waiting.set(kind, [{ key, points, resolve, reject }]);
      // Charts that come into view together ask within one turn of the event loop.
      setTimeout(() => {
        const all = this.#waiting.get(kind) ?? [];
        this.#waiting.delete(kind);
        for (const [most, group] of byPoints(all))
          for (let at = 0; at < group.length; at += MOST_KEYS)
            void this.#fetch(group.slice(at, at + MOST_KEYS), { ...where, points: most });
      });
    });
  }

  /** Where the server draws or writes the same curve. */
  fileUrl(suffix: string, file: Omit<CurveFile, 'candidates'>): string {
    return curvesFileUrl(this.#project, suffix, curveSearch({ ...file, candidates: [this.#candidate] }));
  }

  async #fetch(waiting: readonly Waiting[], wish: Wish): Promise<void> {
    try {
      const keys = [...new Set(waiting.map(({ key }) => key))];
      const { curves } = await api.curves(this.#project, { candidates: [this.#candidate], keys, ...wish });
      const byKey = new Map(curves.map((curve) => [curve.key, curve]));
      for (const { key, resolve } of waiting) resolve(byKey.get(key) ?? null);
    } catch (reason) {
      for (const { reject } of waiting) reject(reason);
    }
  }
}

/** By how many points are wanted: a curve that several want comes once, with the most. */
function byPoints(all: readonly Waiting[]): Map<number, Waiting[]> {
  const most = new Map<string, number>();
  for (const { key, points } of all) most.set(key, Math.max(points, most.get(key) ?? 0));
  const groups = new Map<number, Waiting[]>();
  for (const waiting of all) {
    const points = most.get(waiting.key) ?? waiting.points;
    groups.set(points, [...(groups.get(points) ?? []), waiting]);
  }
  return groups;
}
