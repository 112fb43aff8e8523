import { expect, it } from 'vitest';
import { commonFolder } from './dropped';

it('finds the folder that all files are in', () => {
  expect(commonFolder(['model/MLmodel', 'model/data/weights.bin'])).toBe('model/');
  expect(commonFolder(['model/MLmodel', 'README.md'])).toBe('');
  expect(commonFolder(['README.md'])).toBe('');
  expect(commonFolder([])).toBe('');
});
