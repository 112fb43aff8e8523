import { expect, test } from 'vitest';
import { isSemver, proposals } from './semver';

const texts = (...versions: string[]): string[] => proposals(versions).map(({ text }) => text);

test('the next version follows the highest, not the newest', () => {
  expect(texts('1.10.0', '1.9.3')).toEqual(['1.11.0', '1.10.1', '2.0.0']);
  expect(texts()).toEqual(['1.0.0']);
  expect(texts('latest')).toEqual(['1.0.0']);
});

test('a prerelease is followed by its release, and comes before it', () => {
  expect(texts('2.0.0-rc.1', '1.4.0')).toEqual(['2.0.0']);
  expect(texts('2.0.0-rc.1', '2.0.0')).toEqual(['2.1.0', '2.0.1', '3.0.0']);
});

test('semantic versions are told from other texts', () => {
  expect(['1.0.0', '1.0.0-rc.1+b5', '10.20.30'].every(isSemver)).toBe(true);
  expect(['1', '1.0', 'v1.0.0', '1.0.0-', ''].some(isSemver)).toBe(false);
});
