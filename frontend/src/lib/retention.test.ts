import { expect, it } from 'vitest';
import { goingText, keptText } from './retention';

const going = (number: number) =>
  Array.from({ length: number }, (_, iid) => ({ iid, experiment_iid: 1, name: '', ended_at: 0 }));

it('says how many go, and why others stay', () => {
  const none = { deleted: [], going: 0, kept_best: 0, kept_promoted: 0, kept_starred: 0, kept_marked: 0 };
  expect([goingText(none), keptText(none)]).toEqual(['No candidate would be deleted now.', '']);
  const some = {
    deleted: going(1),
    going: 1,
    kept_best: 1200,
    kept_promoted: 0,
    kept_starred: 0,
    kept_marked: 2,
  };
  expect(goingText(some)).toBe('1 candidate would be deleted now.');
  expect(keptText(some)).toBe('Old enough, and kept: 1,200 among the best, 2 marked.');
});
