import { describe, expect, it } from 'vitest';
import { placeText, tickTexts } from './axes';

describe('ticks', () => {
  it('are written with the decimals of their step', () => {
    expect(tickTexts([0, 0.25, 0.5, 0.75, 1])).toEqual(['0', '0.25', '0.50', '0.75', '1.00']);
    expect(tickTexts([-1, -0.5, 0])).toEqual(['-1.0', '-0.5', '0']);
    expect(tickTexts([0, 5000, 10000])).toEqual(['0', '5,000', '10,000']);
    expect(tickTexts([0, 2e-9, 4e-9])).toEqual(['0', '2.0e-9', '4.0e-9']);
  });
});

it('a place is told in words', () => {
  expect(placeText(1234, 'step')).toBe('step 1,234');
  expect(placeText(200_000, 'relative')).toBe('after 3 min 20 s');
});
