import { describe, expect, it } from 'vitest';
import type { File } from '../api/schema';
import { fileTree, firstFile, opensAtFirst, previewOf, relativePath } from './files';

const file = (path: string, size = 10, content_type = 'application/octet-stream'): File => ({
  path,
  size,
  content_type,
  sha256: '',
  created_at: 0,
});

describe('a tree of files', () => {
  const root = fileTree([file('b/2.txt'), file('b/10.txt', 5), file('a.txt', 1), file('b/c/d.bin', 100)]);

  it('counts and adds up what is below', () => {
    expect([root.count, root.size]).toEqual([4, 116]);
    const inner = root.folders[0];
    expect([inner?.name, inner?.path, inner?.count, inner?.size]).toEqual(['b', 'b', 3, 115]);
    expect(inner?.folders[0]).toMatchObject({ name: 'c', path: 'b/c', count: 1, size: 100 });
  });

  it('orders numbers in names by size', () => {
    expect(root.folders[0]?.files.map(({ path }) => path)).toEqual(['b/2.txt', 'b/10.txt']);
    expect(root.files.map(({ path }) => path)).toEqual(['a.txt']);
  });

  it('stands open near the top, unless it is long', () => {
    const folder = root.folders[0];
    expect(folder !== undefined && opensAtFirst(folder, 0, 1)).toBe(true);
    expect(folder !== undefined && opensAtFirst(folder, 2, 1)).toBe(false);
    expect(folder !== undefined && opensAtFirst({ ...folder, count: 13 }, 0, 1)).toBe(false);
    expect(folder !== undefined && opensAtFirst(folder, 0, 13)).toBe(false);
  });
});

describe('a preview', () => {
  it('follows from name, type and size', () => {
    expect(previewOf(file('a.PNG'))).toBe('image');
    expect(previewOf(file('a.svg'))).toBe('image');
    expect(previewOf(file('a.tsv'))).toBe('csv');
    expect(previewOf(file('a.ipynb'))).toBe('notebook');
    expect(previewOf(file('model/MLmodel'))).toBe('model');
    expect(previewOf(file('a.html', 10, 'text/html'))).toBe('html');
    expect(previewOf(file('README.md', 10, 'text/markdown'))).toBe('markdown');
    expect(previewOf(file('t.parquet', 5_000_000_000))).toBe('parquet');
    expect(previewOf(file('speech.flac'))).toBe('audio');
    expect(previewOf(file('clip', 10, 'video/x-rare'))).toBe('video');
    expect(previewOf(file('unknown', 10, 'text/x-log'))).toBe('text');
    expect(previewOf(file('weights.bin'))).toBe('none');
    expect(previewOf(file('huge.txt', 2_000_000_001))).toBe('text');
    expect(previewOf(file('huge.png', 30_000_001))).toBe('large');
  });

  it('starts with a picture, then a table', () => {
    expect(firstFile([file('a.txt'), file('b.csv'), file('c.png')])?.path).toBe('c.png');
    expect(firstFile([file('a.txt'), file('b.csv')])?.path).toBe('b.csv');
    expect(firstFile([file('model/MLmodel'), file('w.bin')])?.path).toBe('model/MLmodel');
    expect(firstFile([file('a.png'), file('docs/README.md'), file('README.md')])?.path).toBe('README.md');
    expect(firstFile([file('a.png'), file('docs/README.md')])?.path).toBe('a.png');
    expect(firstFile([])).toBeNull();
  });
});

describe('an address in a file', () => {
  it('means a file beside it, and nothing elsewhere', () => {
    expect(relativePath('docs/a.md', 'b.png')).toBe('docs/b.png');
    expect(relativePath('docs/a.md', '../plots/c%20d.png#x')).toBe('plots/c d.png');
    expect(relativePath('a.md', './b.md')).toBe('b.md');
    for (const outside of ['../../x', 'https://a.b/c', '/etc/x', '#top', 'javascript:alert(1)', '%E0%A4%A']) {
      expect(relativePath('docs/a.md', outside)).toBeNull();
    }
  });
});
