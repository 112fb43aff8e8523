import { expect, it } from 'vitest';
import { tagsOf } from './tags';

it('leaves out of the tags what tools and CI wrote', () => {
  const keys = ['team', 'mlflow.user', 'ci.job', 'gitlab.CI_JOB_ID', 'gitlab.version', 'cited'];
  const found = tagsOf(keys.map((key) => ({ key, value: '1' }))).map(({ key }) => key);
  expect(found).toEqual(['team', 'gitlab.version', 'cited']);
});
