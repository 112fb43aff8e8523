import { expect, it } from 'vitest';
import { firstSteps } from './first_steps';

const place = { origin: 'https://host', project: 7, experiment: { name: "it's", iid: 3 } };

it('names the experiment in each language safely', () => {
  expect(firstSteps('python', place)[1]?.text).toContain('mlflow.set_experiment("it\'s")');
  expect(firstSteps('script', place)[0]?.text).toContain("MLFLOW_EXPERIMENT_NAME='it'\\''s'");
});

it('logs a candidate with curl in one call where the experiment is there', () => {
  const [only, ...more] = firstSteps('curl', place);
  expect(more).toEqual([]);
  expect(only?.text).toContain('curl https://host/api/v1/projects/7/experiments/3/candidates');
  expect(firstSteps('curl', { ...place, experiment: { name: 'x', iid: null } })).toHaveLength(2);
});
