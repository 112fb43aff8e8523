// The part of an axis that charts show: at once in the charts, and in the address when it rests.

import { untrack } from 'svelte';
import type { Range } from '../charts/types';

/** Milliseconds without a move; browsers refuse addresses that change with every one. */
const REST = 250;

export class Zoom {
  range = $state.raw<Range | null>(null);
  #told = '';
  #waiting: ReturnType<typeof setTimeout> | undefined;
  readonly #tell: (range: Range | null) => void;

  /** `given` is what the address says, and `axis` names what a range belongs to: on another axis all is shown. */
  constructor(given: () => Range | null, axis: () => string, tell: (range: Range | null) => void) {
    this.#tell = tell;
    this.range = untrack(given);
    this.#told = JSON.stringify(this.range);
    let before = untrack(axis);
    $effect(() => {
      const next = given();
      const now = axis();
      untrack(() => {
        if (JSON.stringify(next) !== this.#told) this.#take(next);
        else if (now !== before) this.to(null);
        before = now;
      });
    });
    $effect(() => () => clearTimeout(this.#waiting));
  }

  to(range: Range | null): void {
    this.range = range;
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => {
      this.#told = JSON.stringify(range);
      this.#tell(range);
    }, REST);
  }

  /** Another view was opened. */
  #take(range: Range | null): void {
    clearTimeout(this.#waiting);
    this.#told = JSON.stringify(range);
    this.range = range;
  }
}
