// The row that stays in its place while others come and go above it.

interface Row {
  iid: number;
}

export class Anchor {
  #iid: number | null = null;
  #index = 0;

  /** Takes the row at a number as the anchor; none at the very top, where what is new should show. */
  drop(rows: readonly (Row | undefined)[], index: number, isTop: boolean): void {
    const row = isTop ? undefined : rows[index];
    this.#iid = row?.iid ?? null;
    this.#index = index;
  }

  /** By how many rows the anchor has moved down; 0 without an anchor or when it is gone. */
  drift(rows: readonly (Row | undefined)[]): number {
    if (this.#iid === null || rows[this.#index]?.iid === this.#iid) return 0;
    const index = rows.findIndex((row) => row?.iid === this.#iid);
    return index < 0 ? 0 : index - this.#index;
  }
}
