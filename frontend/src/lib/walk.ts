// Walking along the marks of a chart with the keyboard.

/** The index that a key leads to among `count` in a row, from `at` (-1: none yet); null for a key that does not walk. */
export function walkedTo(
  key: string,
  at: number,
  count: number,
  forward: string,
  back: string,
): number | null {
  const last = count - 1;
  const next = { [forward]: at + 1, [back]: at < 0 ? last : at - 1, Home: 0, End: last }[key];
  return next === undefined ? null : Math.max(0, Math.min(last, next));
}

export interface Cell {
  row: number;
  column: number;
}

/** The cell of a table that a key leads to from `at` (null: none yet); null for a key that does not walk. */
export function walkedCell(key: string, at: Cell | null, rows: number, columns: number): Cell | null {
  const row = walkedTo(key, at?.row ?? -1, rows, 'ArrowDown', 'ArrowUp');
  const column = walkedTo(key, at?.column ?? -1, columns, 'ArrowRight', 'ArrowLeft');
  if (row === null && column === null) return null;
  if (at === null) return { row: 0, column: key === 'End' ? columns - 1 : 0 };
  // Home and End stay in the row, as in a spreadsheet.
  return column === null ? { row: row ?? at.row, column: at.column } : { row: at.row, column };
}
