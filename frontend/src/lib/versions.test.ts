import { expect, test } from 'vitest';
import type { Version } from '../api/schema';
import { comparedIn, compareSearch, metricLines, paramLines } from './versions';

function version(metrics: Record<string, number>, params: Record<string, string>): Version {
  return {
    candidate: {
      metrics: Object.entries(metrics).map(([key, last]) => ({ key, last })),
      params: Object.entries(params).map(([key, value]) => ({ key, value })),
    },
  } as unknown as Version;
}

const A = version({ acc: 0.9, loss: 0.2 }, { lr: '0.1', model: 'a' });
const B = version({ acc: 0.8 }, { lr: '0.2', model: 'a' });

test('metrics stand beside each other, with a gap where one is missing', () => {
  expect(metricLines([A, B])).toEqual([
    { key: 'acc', cells: [0.9, 0.8] },
    { key: 'loss', cells: [0.2, undefined] },
  ]);
});

test('metrics of the machine come last', () => {
  const keys = metricLines([version({ 'system/cpu': 1, acc: 0.9, zeta: 2 }, {})]).map(({ key }) => key);
  expect(keys).toEqual(['acc', 'zeta', 'system/cpu']);
});

test('only parameters that differ are listed', () => {
  expect(paramLines([A, B])).toEqual({ differing: [{ key: 'lr', cells: ['0.1', '0.2'] }], equal: 1 });
  expect(paramLines([A, { ...B, candidate: null }]).differing).toHaveLength(2);
});

test('the address names what is compared', () => {
  expect(comparedIn('?compare=3,1,3,x', 6)).toEqual([3, 1]);
  expect(comparedIn(compareSearch([2, 5]), 6)).toEqual([2, 5]);
  expect(compareSearch([])).toBe('');
});
