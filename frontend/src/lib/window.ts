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
