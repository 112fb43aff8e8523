import { describe, expect, it } from 'vitest';
import type { Spec } from '../charts/types';
import { sameButRange } from './spec';

const lines: Spec['lines'] = [];
const spec: Spec = { lines, axis: 'step', log: false, range: null, sync: 'a', margin: 0 };

describe('sameButRange', () => {
  it('takes another part of the axis, and the same limits written again, for the same chart', () => {
    expect(sameButRange(spec, { ...spec, range: [1, 2] })).toBe(true);
    expect(sameButRange({ ...spec, clip: [0, 1] }, { ...spec, clip: [0, 1] })).toBe(true);
  });

  it('takes other lines, another axis or other limits for another chart', () => {
    expect(sameButRange(spec, { ...spec, lines: [] })).toBe(false);
    expect(sameButRange(spec, { ...spec, log: true })).toBe(false);
    expect(sameButRange(spec, { ...spec, fade: false })).toBe(false);
    expect(sameButRange({ ...spec, clip: [0, 1] }, { ...spec, clip: [0, 2] })).toBe(false);
    expect(sameButRange({ ...spec, clip: [0, 1] }, spec)).toBe(false);
  });
});
