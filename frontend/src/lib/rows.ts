// How the rows of the table of candidates stand to each other, and which of their cells are drawn.

import type { CandidateRow } from '../api/schema';
import type { TableColumn } from './columns';
import { depthOf } from './grid';
import type { RowKind } from './view';

type Places = readonly (CandidateRow | undefined)[];

/** A column that has cells: its place among all from 0, and where it stays put if it is pinned, pixels from the left. */
export interface Placed {
  column: TableColumn;
  index: number;
  left: number | null;
}

/** Whether those without a rank begin here. */
export function isDivided(kind: RowKind, places: Places, index: number): boolean {
  const standing = places[index]?.standing;
  if (kind === 'tree' || !standing || standing.rank !== null) return false;
  return index === 0 || places[index - 1]?.standing?.rank != null;
}

/** How deep a row stands; null where its parent is elsewhere. */
export function depthAt(kind: RowKind, places: Places, index: number): number | null {
  const row = places[index];
  if (kind === 'flat' || row === undefined) return depthOf(places, index);
  return kind === 'tree' && row.depth === 0 && row.parent !== null ? null : row.depth;
}

/** Whether what a row holds is shown, by the row that follows it. */
export function isOpen(row: CandidateRow, following: CandidateRow | undefined): boolean {
  return row.below > 0 && (following?.depth ?? 0) > row.depth;
}

/** How many rows are here from the first one on without a gap, up to so many. */
export function loadedFirst(places: Places, most: number): number {
  const gap = Array.from(places.slice(0, most)).indexOf(undefined);
  return gap < 0 ? Math.min(places.length, most) : gap;
}

/** How many columns from the first on fit into a width; one at least. */
export function fitting(sizes: readonly number[], width: number): number {
  let right = 0;
  const first = sizes.findIndex((size) => {
    right += size;
    return right > width;
  });
  return first < 0 ? sizes.length : Math.max(1, first);
}

/** The candidate whose row an element is in. */
export function iidAt(target: EventTarget | null): number | null {
  const iid =
    target instanceof Element ? target.closest<HTMLElement>('tr[data-iid]')?.dataset.iid : undefined;
  return iid === undefined ? null : Number(iid);
}
