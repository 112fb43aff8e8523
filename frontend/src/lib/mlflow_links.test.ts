import { expect, test } from 'vitest';
import { ofMlflow } from './mlflow_links';

const RUN = '01a2142aa2c57f1a8e0d6c1b2a3f4e5d';

test('a run and an experiment of the project that the page is in', () => {
  const page = '/team/vision/-/ml/experiments';
  expect(ofMlflow(page, `#/experiments/3/runs/${RUN}`)).toBe(`/team/vision/-/ml/runs/${RUN}`);
  expect(ofMlflow(page, '#/experiments/3')).toBe('/team/vision/-/ml/experiments/3');
  expect(ofMlflow(page, '#/experiments/3/models/m-1')).toBe('/team/vision/-/ml/experiments/3');
});

test('the form to sign in stands at the tracking address', () => {
  expect(ofMlflow('/api/v4/projects/team%2Fvision/ml/mlflow/', `#/experiments/0/runs/${RUN}`)).toBe(
    `/team/vision/-/ml/runs/${RUN}`,
  );
  expect(ofMlflow('/api/v4/projects/7/ml/mlflow/', '#/experiments/0')).toBe('/-/ml/experiments/0');
});

test('the server itself stands for the default project', () => {
  expect(ofMlflow('/', `#/experiments/0/runs/${RUN}`)).toBe(`/-/ml/runs/${RUN}`);
  expect(ofMlflow('/users/sign_in', '#/experiments/12')).toBe('/-/ml/experiments/12');
});

test('other fragments are left alone', () => {
  for (const fragment of ['', '#', '#file=a/b.txt', '#/models/x', '#/experiments/x', '#experiments/1']) {
    expect(ofMlflow('/team/vision/-/ml/experiments', fragment)).toBeNull();
  }
});
