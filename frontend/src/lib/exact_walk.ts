// Where an arrow key leads among values that stand in rows, on a page as in a table.

export interface Spot {
  /** The middle of a value, pixels. */
  x: number;
  y: number;
}

/** Values whose middles lie so near stand in one row. */
const SAME_ROW = 8;

/** The place of the value that a key leads to from another; null where there is none, or for another key. */
export function stepTo(spots: readonly Spot[], from: number, key: string): number | null {
  const here = spots[from];
  if (here === undefined) return null;
  const last = spots.length - 1;
  switch (key) {
    case 'Home':
      return from === 0 ? null : 0;
    case 'End':
      return from === last ? null : last;
    case 'ArrowLeft':
      return from > 0 ? from - 1 : null;
    case 'ArrowRight':
      return from < last ? from + 1 : null;
    case 'ArrowUp':
    case 'ArrowDown':
      return nearest(spots, here, key === 'ArrowUp' ? -1 : 1);
    default:
      return null;
  }
}

/** Of the next row that way, the value that is nearest in it. */
function nearest(spots: readonly Spot[], here: Spot, way: 1 | -1): number | null {
  const beyond = spots.filter(({ y }) => (y - here.y) * way > SAME_ROW);
  const next = Math.min(...beyond.map(({ y }) => Math.abs(y - here.y)));
  const row = beyond.filter(({ y }) => Math.abs(y - here.y) <= next + SAME_ROW);
  const found = row.sort((a, b) => Math.abs(a.x - here.x) - Math.abs(b.x - here.x))[0];
  return found === undefined ? null : spots.indexOf(found);
}
