// Which rows of a list are selected, by iid.

import { SvelteSet } from 'svelte/reactivity';

export class Selection {
  readonly iids = new SvelteSet<number>();
  /** Where a range starts: the row that was selected last. */
  #from: number | null = null;

  constructor(iids: readonly number[] = []) {
    for (const iid of iids) this.iids.add(iid);
  }

  get size(): number {
    return this.iids.size;
  }

  has(iid: number): boolean {
    return this.iids.has(iid);
  }

  toggle(iid: number): void {
    if (!this.iids.delete(iid)) this.iids.add(iid);
    this.#from = iid;
  }

  /** Selects all of them, or none where all are selected. */
  toggleAll(iids: readonly number[]): void {
    const every = this.hasAll(iids);
    for (const iid of iids) {
      if (every) this.iids.delete(iid);
      else this.iids.add(iid);
    }
    this.#from = iids[0] ?? null;
  }

  hasAll(iids: readonly number[]): boolean {
    return iids.every((iid) => this.iids.has(iid));
  }

  /** Selects from the row that was selected last to this one, both included, in the order of the list. */
  extend(order: readonly number[], iid: number): void {
    const from = this.#from === null ? -1 : order.indexOf(this.#from);
    const to = order.indexOf(iid);
    if (from < 0 || to < 0) {
      this.toggle(iid);
      return;
    }
    for (const each of order.slice(Math.min(from, to), Math.max(from, to) + 1)) this.iids.add(each);
    this.#from = iid;
  }

  set(iids: readonly number[]): void {
    this.iids.clear();
    for (const iid of iids) this.iids.add(iid);
    this.#from = null;
  }

  clear(): void {
    this.set([]);
  }
}
