// A stable look for each candidate: a hue and, where hues repeat, another dash.

export interface Look {
  /** Custom property with the colour. */
  colour: string;
  /** Lengths of line and gap; empty for a whole line. */
  dash: number[];
}

const HUES = 8;
const DASHES: readonly number[][] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 2], [12, 5]];

export function lookOf(index: number): Look {
  const dash = DASHES[Math.floor(index / HUES) % DASHES.length] ?? [];
  return { colour: `--series-${index % HUES}`, dash };
}

/**
 * A look for every iid, taken from the iid so that it stays when others come and go. The later of two that
 * would look the same takes the next free look.
 */
export function looks(iids: readonly number[]): Map<number, Look> {
  const size = HUES * DASHES.length;
  const taken = new Set<number>();
  const found = new Map<number, Look>();
  for (const iid of iids) {
    let index = iid % HUES;
    while (taken.has(index) && taken.size < size)
      index = (index + (index + HUES < size ? HUES : HUES + 1)) % size;
    taken.add(index);
    found.set(iid, lookOf(index));
  }
  return found;
}
