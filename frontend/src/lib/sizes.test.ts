import { expect, test } from 'vitest';
import { parseSize, sizeText } from './sizes';

test('sizes are read as the command line reads them', () => {
  expect(['1024', '500M', '10 GiB', '2tb', '  ', '0'].map(parseSize)).toEqual([
    1024,
    500 * 1024 ** 2,
    10 * 1024 ** 3,
    2 * 1024 ** 4,
    null,
    0,
  ]);
  for (const wrong of ['much', '-1', '1.5G', '10 X', '1 2']) expect(parseSize(wrong)).toBeUndefined();
});

test('a size that is shown is read back as it was', () => {
  for (const size of [1, 1000, 1024, 10 * 1024 ** 3, 1024 ** 5]) expect(parseSize(sizeText(size))).toBe(size);
  expect(sizeText(5 * 1024 ** 3)).toBe('5 GiB');
  expect(sizeText(null)).toBe('');
});
