import { describe, expect, it } from 'vitest';
import { fileFragment, fileOfFragment } from './fragment';

describe('the address of a file', () => {
  it('leads back to its path', () => {
    for (const path of ['a.png', 'plots/one two.png', 'ü/#?%/&=.txt', 'a/../b']) {
      expect(fileOfFragment(fileFragment(path))).toBe(path);
    }
  });

  it('is none when the fragment is something else', () => {
    for (const fragment of ['', '#', '#content', '#file=', '#file=%E0%A4%A'])
      expect(fileOfFragment(fragment)).toBeNull();
  });
});
