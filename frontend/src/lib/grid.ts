// Where the columns of a wide table are, and which rows belong under which.

import type { CandidateRow } from '../api/schema';
import type { RowWindow } from './window';

/** Left edges of columns from their widths, and after them the right edge of the last. */
export function edges(widths: readonly number[]): number[] {
  const found = [0];
  for (const width of widths) found.push((found.at(-1) as number) + width);
  return found;
}

/** Columns that a scrolled box shows, with some pixels to spare on both sides. */
export function columnWindow(at: readonly number[], left: number, width: number, spare = 240): RowWindow {
  const count = at.length - 1;
  let first = 0;
  while (first < count && (at[first + 1] as number) <= left - spare) first += 1;
  let end = first;
  while (end < count && (at[end] as number) < left + width + spare) end += 1;
  return { first, end };
}

/** The scroll position that brings a column into the part of a box that fixed columns leave free. */
export function scrollToColumn(at: readonly number[], index: number, left: number, width: number): number {
  const start = at[index] ?? 0;
  const end = at[index + 1] ?? start;
  if (start < left) return start;
  return Math.max(left, Math.min(start, end - width));
}

/** Where a column that is dropped at a point goes: before the first column whose middle lies right of it. */
export function dropIndex(at: readonly number[], x: number): number {
  const count = at.length - 1;
  for (let index = 0; index < count; index += 1) {
    if (x < ((at[index] as number) + (at[index + 1] as number)) / 2) return index;
  }
  return count;
}

const MOST_SIBLINGS = 200;

/**
 * How deep a row is nested under the rows right above it: 0 without a parent; null where the parent is not
 * above, with nothing but its other descendants between.
 */
export function depthOf(rows: readonly (CandidateRow | undefined)[], index: number): number | null {
  const parent = rows[index]?.parent ?? null;
  if (parent === null) return 0;
  for (let at = index - 1; at >= Math.max(0, index - MOST_SIBLINGS); at -= 1) {
    const row = rows[at];
    if (row?.external_id === parent) {
      const above = depthOf(rows, at);
      return above === null ? 1 : above + 1;
    }
    if (row === undefined || row.parent === null) return null;
  }
  return null;
}
