import { expect, it } from 'vitest';
import { losers } from './aliases';

it('names the other versions that lose an alias', () => {
  const link = (number: number, ...aliases: string[]) => ({
    model: 1,
    name: 'm',
    version: `${number}.0.0`,
    number,
    aliases,
  });
  const aliased = [link(1, 'old'), link(2, 'champion', 'stable'), link(3, 'canary')];
  expect(losers(aliased, 3, ['champion', 'canary'])).toEqual([aliased[1]]);
  expect(losers(aliased, 2, ['champion'])).toEqual([]);
});
