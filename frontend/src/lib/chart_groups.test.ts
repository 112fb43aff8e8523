import { describe, expect, it } from 'vitest';
import { chartGroups } from './chart_groups';

const groups = (keys: string[]): [string, number][] =>
  chartGroups(keys.map((key) => ({ key }))).map(({ name, items }) => [name, items.length]);

describe('groups of charts', () => {
  it('are named by the prefix, the machine last', () => {
    expect(groups(['system/gpu', 'val/acc', 'loss', 'train/loss', 'train/acc', 'val/loss'])).toEqual([
      ['', 1],
      ['train', 2],
      ['val', 2],
      ['system', 1],
    ]);
  });

  it('take the first part of the name where the whole prefix parts every metric from the others', () => {
    const keys = ['block10/0/norm', 'block10/1/norm', 'block2/0/norm', 'block2/1/norm', 'block2/2/norm'];
    expect(groups(keys)).toEqual([
      ['block2', 3],
      ['block10', 2],
    ]);
  });
});
