// Which rows of a long list need elements.

export interface RowWindow {
  first: number;
  /** One past the last row. */
  end: number;
}

/** Rows that a scrolled box shows, with some to spare on both sides, always within the list. */
export function rowWindow(
  scrollTop: number,
  height: number,
  row: number,
  total: number,
  spare = 8,
): RowWindow {
  const first = Math.max(0, Math.min(total, Math.floor(scrollTop / row) - spare));
  const end = Math.min(total, Math.ceil((scrollTop + height) / row) + spare);
  return { first, end: Math.max(first, end) };
}

/** The scroll position that brings a row into the box below a sticky header, moving as little as possible. */
export function scrollToShow(
  index: number,
  scrollTop: number,
  height: number,
  row: number,
  header: number,
): number {
  const top = index * row;
  if (top < scrollTop) return top;
  const lowest = top + row + header - height;
  return Math.max(scrollTop, lowest);
}

/**
 * The places to read next so that a window is filled: whole blocks from the first that is not known, up to the next
 * that is, or to the most that one request reads. Null where nothing is missing.
 */
export function missingSpan(
  wanted: RowWindow,
  known: ReadonlySet<number>,
  block: number,
  most: number,
  total: number,
): RowWindow | null {
  let first = Math.floor(wanted.first / block);
  const last = Math.ceil(Math.min(wanted.end, total) / block);
  while (first < last && known.has(first)) first += 1;
  if (first >= last) return null;
  let end = first + 1;
  while (end < last && !known.has(end) && (end - first) * block < most) end += 1;
  return { first: first * block, end: end * block };
}
