import { expect, it } from 'vitest';
import { loadLines, modelAddress } from './model_lines';

it('loads by an alias of the newest version that has one', () => {
  const old = { model: 1, name: 'reader', number: 1, version: '1.0.0', aliases: ['previous'] };
  const young = { model: 1, name: 'reader', number: 3, version: '3.0.0', aliases: ['champion', 'canary'] };
  const latest = { model: 1, name: 'reader', number: 4, version: '4.0.0', aliases: [] };
  expect(modelAddress({ name: 'reader', aliased: [old, young], latest })).toBe('models:/reader@champion');
  expect(modelAddress({ name: 'reader', aliased: [], latest })).toBe('models:/reader/4');
});

it('writes names as Python does', () => {
  expect(loadLines('http://host', 7, 'models:/a "b"/1')).toContain('load_model("models:/a \\"b\\"/1")');
});
