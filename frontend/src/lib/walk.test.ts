import { expect, test } from 'vitest';
import { walkedTo } from './walk';

const to = (key: string, at: number): number | null => walkedTo(key, at, 4, 'ArrowRight', 'ArrowLeft');

test('arrows go on from where one is, and begin at the ends', () => {
  expect([to('ArrowRight', -1), to('ArrowRight', 1), to('ArrowLeft', 2), to('ArrowLeft', -1)]).toEqual([
    0, 2, 1, 3,
  ]);
});

test('nobody walks over an end', () => {
  expect([to('ArrowRight', 3), to('ArrowLeft', 0), to('Home', 2), to('End', 2)]).toEqual([3, 0, 0, 3]);
});

test('other keys do not walk', () => {
  expect([to('ArrowDown', 1), to('Enter', 1)]).toEqual([null, null]);
});
