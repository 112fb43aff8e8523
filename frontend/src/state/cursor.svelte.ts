// The active cell of the table of candidates, and how the keyboard moves it.

import type { CandidateRow } from '../api/schema';

export interface Cell {
  /** The row; null is the header. A row keeps the cursor when others come and go above it. */
  iid: number | null;
  /** The column, from 0; -1 is the name. */
  column: number;
}

export interface Grid {
  /** The row at each place; undefined where it is not here yet. */
  rows: () => readonly (CandidateRow | undefined)[];
  /** How many columns there are besides the name. */
  columns: () => number;
  /** How many rows a page holds. */
  page: () => number;
  /** Scrolls a cell into view; row -1 is the header. */
  reveal: (row: number, column: number) => void;
}

export class Cursor {
  #cell = $state.raw<Cell | null>(null);
  /** The place of the cursor while its row is not here yet. */
  #ahead = $state.raw<{ row: number; column: number } | null>(null);
  #last = 0;
  readonly #grid: Grid;
  readonly #steps: Record<string, () => void> = {
    ArrowDown: () => this.step(1, 0),
    ArrowUp: () => this.step(-1, 0),
    ArrowRight: () => this.step(0, 1),
    ArrowLeft: () => this.step(0, -1),
    PageDown: () => this.step(this.#grid.page(), 0),
    PageUp: () => this.step(-this.#grid.page(), 0),
    Home: () => this.go(this.row(), -1),
    End: () => this.go(this.row(), this.#grid.columns() - 1),
  };

  constructor(grid: Grid, start: Cell | null) {
    this.#grid = grid;
    this.cell = start;
  }

  get cell(): Cell | null {
    return this.#cell;
  }

  set cell(cell: Cell | null) {
    this.#ahead = null;
    this.#cell = cell;
  }

  /** The cell in one word, for its id: `17-name`, `17-3`, `head-0`. */
  get name(): string {
    const { iid = null, column = -1 } = this.cell ?? {};
    return `${iid ?? 'head'}-${column < 0 ? 'name' : column}`;
  }

  get isHead(): boolean {
    return this.cell !== null && this.cell.iid === null;
  }

  /** The active row; -1 for the header, for none, and for a row that the list no longer has. */
  row(): number {
    if (this.#ahead !== null) return this.#ahead.row;
    const iid = this.cell?.iid ?? null;
    if (iid === null) return -1;
    const rows = this.#grid.rows();
    if (rows[this.#last]?.iid !== iid) this.#last = rows.findIndex((row) => row?.iid === iid);
    return this.#last;
  }

  /** The column of the active cell if it is in that row (null: the header). */
  columnIn(iid: number | null): number | null {
    return this.cell?.iid === iid ? this.cell.column : null;
  }

  go(row: number, column: number): void {
    const rows = this.#grid.rows();
    const place = Math.max(-1, Math.min(this.#grid.columns() - 1, column));
    const index = Math.max(-1, Math.min(rows.length - 1, row));
    const found = rows[index];
    if (index >= 0 && found === undefined) this.#ahead = { row: index, column: place };
    else this.cell = { iid: found?.iid ?? null, column: place };
    this.#grid.reveal(index, place);
  }

  /** Takes the row that the cursor went to, once it is here. */
  settle(): void {
    if (this.#ahead !== null && this.#grid.rows()[this.#ahead.row] !== undefined)
      this.go(this.#ahead.row, this.#ahead.column);
  }

  step(rows: number, columns: number): void {
    const from = this.row();
    // A page up stops at the first row: the header is one step further.
    const low = rows === -1 || from < 0 ? -1 : 0;
    this.go(rows === 0 ? from : Math.max(low, from + rows), (this.cell?.column ?? -1) + columns);
  }

  /** To the next or the previous row, from the header or from nowhere to the first. */
  walk(rows: number): void {
    this.go(Math.max(0, this.row() + rows), this.cell?.column ?? -1);
  }

  /** Whether the key moved the cursor. */
  press(event: KeyboardEvent): boolean {
    if (event.ctrlKey && event.key === 'Home') this.go(0, this.cell?.column ?? -1);
    else if (event.ctrlKey && event.key === 'End')
      this.go(this.#grid.rows().length - 1, this.cell?.column ?? -1);
    else if (event.ctrlKey || event.shiftKey || this.#steps[event.key] === undefined) return false;
    else this.#steps[event.key]?.();
    return true;
  }
}
