// What of the table of candidates is in view, and that it stays in view: when rows come above it, and on coming back.

import { tick, untrack } from 'svelte';
import { Anchor } from '../lib/anchor';
import type { CandidateList } from './candidates.svelte';

interface Kept {
  /** Pixels from the top. */
  table?: number;
  /** The candidate with the cursor. */
  row?: number;
}

export class TableScroll {
  top = $state(0);
  left = $state(0);
  height = $state(640);
  width = $state(1000);

  /** What the history knows of an earlier visit. */
  readonly kept = (history.state ?? {}) as Kept;
  readonly #box: () => HTMLElement;
  readonly #rowHeight: number;
  readonly #list: CandidateList;
  readonly #anchor = new Anchor();
  #timer = 0;

  /** Make it while the component is set up; rows are `rowHeight` pixels high. */
  constructor(box: () => HTMLElement, rowHeight: number, list: CandidateList) {
    this.#box = box;
    this.#rowHeight = rowHeight;
    this.#list = list;
    this.#followRows();
    $effect(() => this.#measure());
    $effect(() => () => clearTimeout(this.#timer));
  }

  /** Another search starts at its top; the same one read again keeps the first visible row where it is. */
  #followRows(): void {
    const list = this.#list;
    let shown = untrack(() => list.generation);
    // What the page searches by itself while it opens is no other search.
    let isOpening = untrack(() => list.searching);
    $effect(() => {
      const box = this.#box();
      const drift = this.#anchor.drift(list.places);
      const isOther = shown !== list.generation;
      if (isOther && !isOpening) box.scrollTop = 0;
      else if (!isOther && drift !== 0) box.scrollTop += drift * this.#rowHeight;
      if (isOther) isOpening = false;
      shown = list.generation;
      this.#setAnchor();
    });
  }

  #measure(): () => void {
    const box = this.#box();
    const observer = new ResizeObserver(() => {
      this.height = box.clientHeight;
      this.width = box.clientWidth;
    });
    observer.observe(box);
    const { table } = this.kept;
    if (table) void tick().then(() => (box.scrollTop = table));
    return () => observer.disconnect();
  }

  #setAnchor(): void {
    const { scrollTop } = this.#box();
    this.#anchor.drop(this.#list.places, Math.floor(scrollTop / this.#rowHeight), scrollTop < 1);
  }

  /** The box has scrolled; `row` gives the candidate with the cursor. */
  scrolled(row: () => number | undefined): void {
    const box = this.#box();
    this.top = box.scrollTop;
    this.left = box.scrollLeft;
    this.#setAnchor();
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.remember(row()), 200);
  }

  /** Lets who comes back to this page find the same rows in view. */
  remember(row: number | undefined): void {
    history.replaceState({ ...(history.state as object | null), table: this.top, row }, '');
  }
}
