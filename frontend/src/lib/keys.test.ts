import { describe, expect, it } from 'vitest';
import { compareKeys, compareValues, keyParts, matchesAll } from './keys';

describe('keys', () => {
  it('are ordered as people count', () => {
    expect(['layer10', 'layer2', 'Layer1', 'a'].sort(compareKeys)).toEqual([
      'a',
      'Layer1',
      'layer2',
      'layer10',
    ]);
  });

  it('are found by all words, whatever the case', () => {
    expect(matchesAll('VAL acc', 'val/accuracy')).toBe(true);
    expect(matchesAll('adam optim', 'optimizer', 'AdamW')).toBe(true);
    expect(matchesAll('val f1', 'val/accuracy')).toBe(false);
    expect(matchesAll('', 'anything')).toBe(true);
  });
});

describe('the parts of a key', () => {
  it('end where a line may', () => {
    expect(keyParts('val/top_5.acc')).toEqual(['val/', 'top_', '5.', 'acc']);
    expect(keyParts('/a__')).toEqual(['/', 'a__']);
    expect(keyParts('loss of all')).toEqual(['loss of all']);
    expect(keyParts('')).toEqual(['']);
  });
});

describe('values', () => {
  it('are ordered by size, numbers before texts', () => {
    expect(['relu', '10', '9e-3', '', 'Adam', '-2'].sort(compareValues)).toEqual([
      '-2',
      '9e-3',
      '10',
      '',
      'Adam',
      'relu',
    ]);
  });
});
