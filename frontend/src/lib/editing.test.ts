import { expect, test } from 'vitest';
import type { CandidateRow } from '../api/schema';
import { FACTS, NAME_COLUMN, tableColumn } from './columns';
import { edited, editOf, isEditable, saidOf } from './editing';

const team = tableColumn({ kind: 'metadata', key: 'team', candidates: 1, distinct: 1, influence: 0 });
const note = FACTS.find(({ id }) => id === 'note') ?? NAME_COLUMN;
const row = {
  iid: 1,
  name: 'first',
  note: 'old',
  metadata: { team: 'red', tier: '1' },
} as unknown as CandidateRow;

test('names, notes and metadata are edited, and nothing else', () => {
  expect(FACTS.filter(isEditable).map(({ id }) => id)).toEqual(['note']);
  expect([NAME_COLUMN, team].map(isEditable)).toEqual([true, true]);
  expect(
    isEditable(tableColumn({ kind: 'metric', key: 'acc', candidates: 1, distinct: 1, influence: 0 })),
  ).toBe(false);
});

test('an edit says only what it changes', () => {
  expect(editOf(NAME_COLUMN, 'first', ' second ')).toEqual({ name: 'second' });
  expect(editOf(NAME_COLUMN, 'first', ' ')).toBeNull();
  expect(editOf(NAME_COLUMN, 'first', 'first ')).toBeNull();
  expect(editOf(note, 'old', '')).toEqual({ note: '' });
  expect(editOf(note, 'old', ' # a\n b\n')).toEqual({ note: ' # a\n b' });
  expect(editOf(team, 'red', 'blue')).toEqual({ metadata: { team: 'blue' } });
  expect(editOf(team, 'red', '')).toEqual({ metadata: { team: null } });
  expect(editOf(team, undefined, ' ')).toBeNull();
});

test('a row shows an edit and its way back', () => {
  const there = edited(row, { name: 'second', metadata: { team: null, stage: 'x' } });
  expect([there.name, there.note, there.metadata]).toEqual(['second', 'old', { tier: '1', stage: 'x' }]);
  expect(edited(there, { name: 'first', metadata: { team: 'red', stage: null } })).toEqual(row);
  expect(edited(row, { note: 'x'.repeat(400) }).note).toHaveLength(300);
});

test('what was done is said', () => {
  expect(saidOf(NAME_COLUMN, row, { name: 'b' })).toBe('Renamed “first” to “b”.');
  expect(saidOf(note, row, { note: '' })).toBe('Removed the note of “first”.');
  expect(saidOf(note, row, { note: 'x' })).toBe('Saved the note of “first”.');
  expect(saidOf(team, row, { metadata: { team: null } })).toBe('Removed “team” from “first”.');
  expect(saidOf(team, row, { metadata: { team: 'b' } })).toBe('Set “team” of “first”.');
});
