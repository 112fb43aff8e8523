// Pictures that were logged by step. MLflow's `log_image(key, step)` writes each twice:
// `images/KEY+step+N+timestamp+N+UUID.png`, and smaller, `…+compressed.webp`. Older clients write `%` for `+`; a slash
// in the key is `~` or `#`.

import type { File } from '../api/schema';

export interface StepImage {
  step: number;
  /** Milliseconds since 1970. */
  timestamp: number;
  path: string;
  /** A smaller copy; the picture itself where there is none. */
  preview: string;
}

export interface ImageSeries {
  key: string;
  /** By step, then by time; a step may have several. */
  images: StepImage[];
}

const NAME = /^images\/([^/]+?)([+%])step\2(\d+)\2timestamp\2(\d+)\2([^/+%]+?)(\2compressed)?\.(?:png|webp)$/;

/** The series among files, by name; other files are passed over. */
export function imageSeries(files: readonly Pick<File, 'path'>[]): ImageSeries[] {
  const series = new Map<string, Map<string, StepImage>>();
  for (const { path } of files) {
    const match = NAME.exec(path);
    if (match === null) continue;
    const [, name = '', , step = '0', timestamp = '0', id = '', compressed] = match;
    const key = name.replace(/[~#]/g, '/');
    const images = series.get(key) ?? new Map<string, StepImage>();
    series.set(key, images);
    const known = images.get(`${step} ${id}`);
    const image = known ?? { step: Number(step), timestamp: Number(timestamp), path, preview: path };
    if (compressed === undefined) image.path = path;
    else image.preview = path;
    images.set(`${step} ${id}`, image);
  }
  const order = new Intl.Collator('en', { numeric: true });
  return [...series]
    .map(([key, images]) => ({
      key,
      images: [...images.values()].sort((a, b) => a.step - b.step || a.timestamp - b.timestamp),
    }))
    .sort((a, b) => order.compare(a.key, b.key));
}

/** Every step at which any of the series has a picture, in order. */
export function stepsOf(series: readonly ImageSeries[]): number[] {
  return [...new Set(series.flatMap(({ images }) => images.map(({ step }) => step)))].sort((a, b) => a - b);
}

/** The pictures that stand for a step: those of the last step that was logged by then. */
export function imagesAt({ images }: ImageSeries, step: number): StepImage[] {
  const last = images.findLast((image) => image.step <= step)?.step;
  return last === undefined ? [] : images.filter((image) => image.step === last);
}

/** The step that an address says; null for the last. */
export function stepOf(text: string | null): number | null {
  return text !== null && /^-?\d{1,15}$/.test(text) ? Number(text) : null;
}

/** The query of an address with another step. */
export function withStep(search: string, step: number | null): string {
  const given = new URLSearchParams(search);
  if (step === null) given.delete('step');
  else given.set('step', String(step));
  const text = given.toString();
  return text === '' ? '' : `?${text}`;
}
