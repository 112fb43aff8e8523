import { describe, expect, it } from 'vitest';
import { imageSeries, imagesAt, stepsOf } from './image_series';

const NEW = 'images/val~dogs+step+3+timestamp+1700000000001+8f0b-1';
const OLD = 'images/val#dogs%step%1%timestamp%1700000000000%77aa';
const files = [
  `${NEW}.png`,
  `${NEW}+compressed.webp`,
  `${OLD}.png`,
  `${OLD}%compressed.webp`,
  'images/a b.c+step+10+timestamp+5+x.png',
  'images/a b.c+step+10+timestamp+4+y.png',
  'images/photo.png',
  'other/dogs+step+1+timestamp+1+z.png',
].map((path) => ({ path }));

describe('pictures by step', () => {
  const series = imageSeries(files);

  it('are told from the names that the client gives, old and new', () => {
    expect(series.map(({ key }) => key)).toEqual(['a b.c', 'val/dogs']);
    expect(series[1]?.images).toEqual([
      { step: 1, timestamp: 1700000000000, path: `${OLD}.png`, preview: `${OLD}%compressed.webp` },
      { step: 3, timestamp: 1700000000001, path: `${NEW}.png`, preview: `${NEW}+compressed.webp` },
    ]);
  });

  it('stand for the steps after them until there is another', () => {
    const dogs = series[1] ?? { key: '', images: [] };
    expect(stepsOf(series)).toEqual([1, 3, 10]);
    expect(imagesAt(dogs, 0)).toEqual([]);
    expect(imagesAt(dogs, 2).map(({ step }) => step)).toEqual([1]);
    expect(imagesAt(dogs, 99).map(({ step }) => step)).toEqual([3]);
  });

  it('may be several of one step, the first logged first', () => {
    const several = series[0] ?? { key: '', images: [] };
    expect(imagesAt(several, 10).map(({ timestamp }) => timestamp)).toEqual([4, 5]);
  });
});
