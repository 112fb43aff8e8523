import { describe, expect, it } from 'vitest';
import type { Band } from '../api/schema';
import { bandLines, looksOfGroups, smoothed } from './group_lines';
import { lookOf } from './palette';

const LINE = { id: 7, label: 'a', look: lookOf(0), x: [0, 1, 2], y: [1, 9, 'NaN' as const] };

function band(candidates: number[], params: Record<string, string>): Band {
  return { params, candidates, left_out: [], x: [0], mean: [2], deviation: [0.5], n: [candidates.length] };
}

describe('smoothing', () => {
  it('is off unless it is asked for', () => {
    expect(smoothed([LINE], 0)).toEqual([LINE]);
  });

  it('draws over the points, every one of which stays as it is', () => {
    const [raw, over, ...others] = smoothed([LINE], 0.9);
    expect(others).toEqual([]);
    expect(raw).toEqual({ ...LINE, faint: true });
    expect(over).toMatchObject({ id: -7, look: LINE.look, x: LINE.x });
    expect(over?.y).not.toEqual(LINE.y);
  });
});

describe('groups', () => {
  it('have a band of one deviation to both sides', () => {
    const [line] = bandLines(
      [band([3, 4], {})],
      new Map([
        [3, 'mlp-s0'],
        [4, 'mlp-s1'],
      ]),
      [],
    );
    expect(line).toMatchObject({ id: 3, label: 'mlp (n = 2)', y: [2], band: { low: [1.5], high: [2.5] } });
  });

  it('by parameters are called by their values', () => {
    const bands = [band([3, 4], { lr: '0.1' }), band([5], {})];
    const lines = bandLines(bands, new Map(), ['lr', 'model']);
    expect(lines.map(({ label, brief }) => [label, brief])).toEqual([
      ['lr 0.1, without model (n = 2)', '0.1, –'],
      ['without lr, without model (n = 1)', '–, –'],
    ]);
  });

  it('keep their looks when a younger one comes, whatever their order', () => {
    const before = looksOfGroups([9, 4]);
    const after = looksOfGroups([12, 9, 4]);
    expect([after.get(4), after.get(9)]).toEqual([before.get(4), before.get(9)]);
    expect(after.get(4)).toEqual(lookOf(0));
  });
});
