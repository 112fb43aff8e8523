import { describe, expect, it } from 'vitest';
import type { ComparedCandidate, ComparedMetric, LoggedImage, MetricCell } from '../api/schema';
import { compareSearch, deltaText, extentOf, imageAt, parseCompare, ranked, stepsOf, tally } from './compare';

const cell = (
  value: MetricCell['value'],
  delta: number | null = null,
  better: boolean | null = null,
): MetricCell => ({
  value,
  step: 1,
  last: value,
  delta,
  better,
});

it('the address keeps the set in its order, each candidate once, and nothing that is no number', () => {
  const view = parseCompare(
    '?candidates=7.3,12.7.x.-1&metric=val%2Facc&axis=wall&scale=log&smooth=0.6&start=2&end=8&step=10&table=a%2Fb.json&column=sure',
  );
  expect(view).toEqual({
    candidates: [7, 3, 12],
    metric: 'val/acc',
    axis: 'wall',
    log: true,
    smooth: 0.6,
    clip: false,
    range: [2, 8],
    step: 10,
    table: 'a/b.json',
    column: 'sure',
  });
  expect(parseCompare(compareSearch(view))).toEqual(view);
  expect(compareSearch(parseCompare(''))).toBe('');
});

describe('a delta', () => {
  it('has the sign of the number and the word of the direction', () => {
    expect(deltaText(cell(0.4, -0.1, true))).toEqual({
      arrow: '▼',
      text: '−0.1',
      words: '0.1 lower than the baseline, better',
      tone: 'better',
    });
    expect(deltaText(cell(0.6, 0.1, false))?.words).toBe('0.1 higher than the baseline, worse');
  });

  it('is not judged where nobody knows what is good', () => {
    expect(deltaText(cell(3, 1))?.tone).toBe('unknown');
    expect(deltaText(cell(3, 0))?.words).toBe('the same as the baseline');
    expect(deltaText(cell('NaN'))).toBeNull();
  });
});

it('a summary counts neither the failed nor the diverged', () => {
  const candidates = [null, null, null, 'failed', 'not_finite', 'running'].map((unranked) => ({ unranked }));
  const row = { cells: [0.5, 0.9, 'NaN', 99, 0.1, 0.7].map((value) => cell(value as number)) };
  expect(extentOf(row as unknown as ComparedMetric, candidates as ComparedCandidate[])).toEqual({
    lowest: 0.5,
    median: 0.7,
    highest: 0.9,
    count: 3,
  });
});

it('different texts are counted, the most frequent first', () => {
  expect(tally(['a', null, 'b', 'b'])).toEqual([
    { text: 'b', count: 2 },
    { text: 'a', count: 1 },
    { text: null, count: 1 },
  ]);
});

it('the picture of a step is the last that was logged by then', () => {
  const image = (step: number | null): LoggedImage => ({
    candidate: 1,
    series: 's',
    step,
    path: `${step}.png`,
  });
  const images = [image(0), image(20), image(10)];
  expect(stepsOf([...images, image(null), image(10)])).toEqual([0, 10, 20]);
  expect(imageAt(images, 15)?.step).toBe(10);
  expect(imageAt(images, null)?.step).toBe(20);
  expect(imageAt([image(5)], 4)).toBeNull();
});

it('the ranked stand best first', () => {
  const candidate = (iid: number, rank: number | null): ComparedCandidate =>
    ({ iid, rank }) as ComparedCandidate;
  expect(ranked([candidate(1, 3), candidate(2, null), candidate(3, 1)]).map(({ iid }) => iid)).toEqual([
    3, 1,
  ]);
});
