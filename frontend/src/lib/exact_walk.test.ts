import { expect, test } from 'vitest';
import { stepTo } from './exact_walk';

// Two rows of three, and one value in a third, a little higher than its row.
const spots = [
  { x: 10, y: 10 },
  { x: 50, y: 12 },
  { x: 90, y: 10 },
  { x: 10, y: 40 },
  { x: 52, y: 40 },
  { x: 90, y: 41 },
  { x: 88, y: 70 },
];

test('arrows lead to the next value of the row, and to the nearest of the next row', () => {
  expect(stepTo(spots, 0, 'ArrowRight')).toBe(1);
  expect(stepTo(spots, 2, 'ArrowRight')).toBe(3);
  expect(stepTo(spots, 1, 'ArrowLeft')).toBe(0);
  expect(stepTo(spots, 1, 'ArrowDown')).toBe(4);
  expect(stepTo(spots, 4, 'ArrowDown')).toBe(6);
  expect(stepTo(spots, 6, 'ArrowUp')).toBe(5);
  expect(stepTo(spots, 2, 'End')).toBe(6);
  expect(stepTo(spots, 2, 'Home')).toBe(0);
});

test('nothing lies beyond the ends, and other keys are not theirs', () => {
  expect(stepTo(spots, 0, 'ArrowLeft')).toBeNull();
  expect(stepTo(spots, 0, 'ArrowUp')).toBeNull();
  expect(stepTo(spots, 6, 'ArrowDown')).toBeNull();
  expect(stepTo(spots, 6, 'ArrowRight')).toBeNull();
  expect(stepTo(spots, 0, 'Home')).toBeNull();
  expect(stepTo(spots, 3, 'x')).toBeNull();
  expect(stepTo([], 0, 'ArrowDown')).toBeNull();
});
