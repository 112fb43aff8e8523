import { expect, it } from 'vitest';
import { oddities, oddText } from './oddities';

const NAN = 'NaN' as const;

it('that follow each other are one, and those of another kind or place another', () => {
  const y = [1, NAN, NAN, 'Infinity' as const, 2, NAN];
  expect(oddities([{ x: [0, 1, 2, 3, 4, 5], y }])).toEqual([
    { series: 0, from: 1, to: 2, word: 'NaN' },
    { series: 0, from: 3, to: 3, word: '+∞' },
    { series: 0, from: 5, to: 5, word: 'NaN' },
  ]);
});

it('are told with the names of their curves', () => {
  const curve = (label: string, y: (number | 'NaN')[]) => ({ label, x: y.map((_, at) => at), y });
  expect(oddText([curve('a', [1])])).toBe('');
  expect(oddText([curve('a', [1]), curve('b', [NAN])])).toBe(
    ' Not a number (✕) or infinite (∧ ∨) at places: b.',
  );
  expect(oddText('abcd'.split('').map((name) => curve(name, [NAN])))).toContain('a, b and 2 more.');
});
