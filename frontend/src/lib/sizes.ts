// Sizes as people write them into forms: "500 MiB", "10G", "1024". Units are powers of 1024, as on the command line.

const UNITS = ['', 'K', 'M', 'G', 'T'];

/** The bytes that a text means; null for an empty one, undefined for one that is no size. */
export function parseSize(text: string): number | null | undefined {
  const written = text.trim();
  if (written === '') return null;
  const found = /^(\d{1,15})\s*([KMGT]?)(?:i?B)?$/i.exec(written);
  if (found === null) return undefined;
  return Number(found[1]) * 1024 ** UNITS.indexOf((found[2] ?? '').toUpperCase());
}

/** A size so that `parseSize` gives it back: in the largest unit that divides it. */
export function sizeText(size: number | null): string {
  if (size === null) return '';
  let unit = 0;
  let left = size;
  while (left > 0 && left % 1024 === 0 && unit < UNITS.length - 1) {
    left /= 1024;
    unit += 1;
  }
  return `${left} ${unit === 0 ? 'B' : `${UNITS[unit]}iB`}`;
}
