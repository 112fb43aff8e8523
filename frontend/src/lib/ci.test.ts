import { expect, test } from 'vitest';
import { ciText, gitlabJob, issuerName } from './ci';

test('facts are read as people of that CI system write them', () => {
  expect(ciText({ kind: 'sha', text: '714a629c0b401fdce83e847fc9589983fc6f46bc' }, 'gitlab')).toBe(
    '714a629c0b',
  );
  expect(ciText({ kind: 'sha', text: 'r4711' }, 'jenkins')).toBe('r4711');
  expect(ciText({ kind: 'merge_request', text: '41' }, 'gitlab')).toBe('!41');
  expect(ciText({ kind: 'merge_request', text: '41' }, 'github')).toBe('#41');
  expect(ciText({ kind: 'job', text: '302' }, 'gitlab')).toBe('#302');
  expect(ciText({ kind: 'job', text: 'train-vision' }, 'jenkins')).toBe('train-vision');
});

test('issuers go by their host', () => {
  expect(issuerName('https://gitlab.com')).toBe('gitlab.com');
  expect(issuerName('http://127.0.0.1:8080/')).toBe('127.0.0.1:8080');
});

test('the lines of a pipeline name this server and project', () => {
  expect(gitlabJob('https://s.example', 7)).toContain('aud: https://s.example\n');
  expect(gitlabJob('https://s.example', 7)).toContain('/api/v4/projects/7/ml/mlflow');
});
