import { describe, expect, it } from 'vitest';
import { metricValue, pairsMistake, pairsToRecord, parsePairs } from './pairs';

describe('pairs that are pasted', () => {
  it('come from lines of several kinds', () => {
    expect(parsePairs('lr=0.1\nopt: adam\n\ndepth\t8\n')).toEqual([
      { key: 'lr', value: '0.1' },
      { key: 'opt', value: 'adam' },
      { key: 'depth', value: '8' },
    ]);
    expect(parsePairs('"lr": 0.1,\n"name": "a: b",')).toEqual([
      { key: 'lr', value: '0.1' },
      { key: 'name', value: 'a: b' },
    ]);
    expect(parsePairs('val/acc=0.9')).toEqual([{ key: 'val/acc', value: '0.9' }]);
  });

  it('come from JSON, nested keys joined', () => {
    expect(parsePairs('{"opt": {"lr": 0.1, "name": "adam"}, "layers": [1, 2]}')).toEqual([
      { key: 'opt/lr', value: '0.1' },
      { key: 'opt/name', value: 'adam' },
      { key: 'layers', value: '[1,2]' },
    ]);
  });

  it('are not made of other text', () => {
    for (const text of ['', 'adam', '{"half":', 'lr=1\njust words', 's3:bucket'])
      expect(parsePairs(text)).toBeNull();
  });
});

describe('pairs that are saved', () => {
  it('have a key', () => {
    expect(
      pairsToRecord([
        { key: ' lr ', value: ' 0.1 ' },
        { key: '', value: '' },
      ]),
    ).toEqual({ lr: '0.1' });
  });

  it('say what is wrong', () => {
    expect(pairsMistake([{ key: '', value: '3' }], false)).toBe('“3” has no name.');
    expect(
      pairsMistake(
        [
          { key: 'a', value: '1' },
          { key: 'a ', value: '2' },
        ],
        false,
      ),
    ).toBe('“a” is there twice.');
    expect(pairsMistake([{ key: 'acc', value: '91%' }], true)).toMatch(/needs a number/);
    expect(pairsMistake([{ key: 'acc', value: '1e-3' }], true)).toBeNull();
  });
});

it('reads the values of metrics', () => {
  expect(['0.5', ' -1e3 ', 'nan', '-inf', 'Infinity'].map(metricValue)).toEqual([
    0.5,
    -1000,
    'NaN',
    '-Infinity',
    'Infinity',
  ]);
  expect(['', 'x', '0x10', '1e999', '1,5'].map(metricValue)).toEqual([null, null, null, null, null]);
});
