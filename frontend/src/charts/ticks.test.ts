import { describe, expect, it } from 'vitest';
import { logSplits } from './axes';
import { placeText, spanText, tickTexts, timeTexts } from './ticks';

describe('ticks', () => {
  it('are written with the decimals of their step', () => {
    expect(tickTexts([0, 0.25, 0.5, 0.75, 1])).toEqual(['0', '0.25', '0.50', '0.75', '1.00']);
    expect(tickTexts([-1, -0.5, 0])).toEqual(['-1.0', '-0.5', '0']);
    expect(tickTexts([0, 5000, 10000])).toEqual(['0', '5,000', '10,000']);
    expect(tickTexts([0, 2e-9, 4e-9])).toEqual(['0', '2.0e-9', '4.0e-9']);
  });

  it('share one unit where they are large', () => {
    expect(tickTexts([0, 5e5, 1e6])).toEqual(['0', '0.5M', '1.0M']);
    expect(tickTexts([1e11, 2e11])).toEqual(['100G', '200G']);
    expect(tickTexts([0, 1e299])).toEqual(['0', '1e299']);
  });

  it('of a logarithmic axis are powers of ten, thinned, or numbers between them', () => {
    expect(logSplits(0.03, 2.3, 7)).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
    expect(logSplits(1e-4, 1e4, 6)).toEqual([1e-4, 1e-2, 1, 100, 10_000]);
    expect(logSplits(0.3, 0.4, 6).length).toBeGreaterThan(1);
  });

  it('of time tell the day where it begins, and first', () => {
    const noon = new Date(2026, 10, 26, 12).getTime();
    const hours = (count: number): number => noon + count * 3_600_000;
    expect(timeTexts([hours(0), hours(6), hours(12), hours(18)])).toEqual([
      '26 Nov 12:00',
      '18:00',
      '27 Nov',
      '06:00',
    ]);
    expect([0, 5_000, 5_400_000].map(spanText)).toEqual(['0', '5 s', '1 h 30 min']);
  });
});

it('a place is told in words', () => {
  expect(placeText(1234, 'step')).toBe('step 1,234');
  expect(placeText(200_000, 'relative')).toBe('after 3 min 20 s');
});
