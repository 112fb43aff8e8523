import { expect, it } from 'vitest';
import { chartPicture } from './chart_pictures';

const HERE = 'http://127.0.0.1:5000';
const CURVES = '/api/v1/projects/root%2Fdefault/curves.png?candidates=1.2&metric=loss';

it('pictures of charts of this server are shown, by path and by whole address', () => {
  expect(chartPicture(CURVES, HERE)).toBe(CURVES);
  expect(chartPicture(HERE + CURVES, HERE)).toBe(CURVES);
  expect(chartPicture('/api/v1/projects/1/experiments/2/charts/pareto.svg', HERE)).not.toBeNull();
  expect(chartPicture('/api/v1/projects/1/tables.png?candidates=1&path=a.csv', HERE)).not.toBeNull();
});

it('nothing else is', () => {
  for (const address of [
    `http://elsewhere.example${CURVES}`,
    `//elsewhere.example${CURVES}`,
    '/api/v1/projects/1/curves.csv',
    '/api/v1/projects/1/curves.png/../../session',
    '/-/sign-out',
    'javascript:alert(1)',
    'http://[',
  ])
    expect(chartPicture(address, HERE)).toBeNull();
});
