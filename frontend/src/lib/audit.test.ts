import { expect, it } from 'vitest';
import { detailText } from './audit';

it('says facts in words and leaves out what is empty', () => {
  expect(detailText({ role: 'owner', expires_at: null, aliases: ['a', 'b'], removed: [] })).toBe(
    'role: owner · aliases: a, b',
  );
});

it('says both values of what was changed', () => {
  expect(detailText({ before: { limit: null, sign_up: false }, after: { limit: 5, sign_up: true } })).toBe(
    'limit: none → 5 · sign up: false → true',
  );
});
