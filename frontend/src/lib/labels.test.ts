import { expect, it } from 'vitest';
import { cutInside, shortNames, withEnd } from './labels';

it('a long name keeps its beginning and its end', () => {
  expect(cutInside('convnext-t-none-lr0.003-s1', 16)).toBe('convn…lr0.003-s1');
  expect(cutInside('short', 16)).toBe('short');
});

it('a long name is cut before its end', () => {
  expect(withEnd('convnext-t-none-s1')).toEqual(['convnext-t-n', 'one-s1']);
  expect(withEnd('trial-04485')).toEqual(['trial-04485', '']);
});

it('names lose what they share, by whole words, and still differ', () => {
  expect(shortNames(['a-long-name-of-run-10', 'a-long-name-of-run-11'], 16)).toEqual(['…10', '…11']);
  expect(shortNames(['cnn-a', 'cnn-b'], 16)).toEqual(['cnn-a', 'cnn-b']);
  expect(new Set(shortNames(['resnet-18-none-lr0.1-s1', 'resnet-18-none-lr0.1-s2', 'vit'], 12)).size).toBe(3);
});
