import { expect, it } from 'vitest';
import { curveSearch } from './curve_files';

const PLAIN = { candidates: [3, 5], metric: 'val/acc', axis: 'step', log: false, range: null } as const;

it('the address of curves says what is drawn, and nothing that goes without saying', () => {
  expect(curveSearch(PLAIN)).toBe('?candidates=3.5&metric=val%2Facc');
  const found = new URLSearchParams(
    curveSearch({ ...PLAIN, axis: 'wall', log: true, range: [1, 2.5], clip: true, minus: 3, title: 'Less' }),
  );
  expect(Object.fromEntries(found)).toEqual({
    candidates: '3.5',
    metric: 'val/acc',
    axis: 'wall',
    minus: '3',
    scale: 'log',
    outliers: 'off',
    start: '1',
    end: '2.5',
    title: 'Less',
  });
});

it('seed groups meet at steps, whatever axis is chosen', () => {
  const search = curveSearch({ ...PLAIN, axis: 'wall', against: 'loss', groups: true });
  expect(search).toBe('?candidates=3.5&metric=val%2Facc&groups=on');
});
