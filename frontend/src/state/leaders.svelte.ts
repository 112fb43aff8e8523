import { SvelteMap } from 'svelte/reactivity';
import { api } from '../api/client';
import type { Leader } from '../api/schema';

// As many as the server answers at once.
const MOST = 100;

/** The best candidates of listed experiments, read after the list so that it never waits for them. */
export class Leaders {
  readonly #found = new SvelteMap<number, Leader>();
  #asked = 0;

  of(experiment: number): Leader | null {
    return this.#found.get(experiment) ?? null;
  }

  async load(project: string, experiments: readonly number[]): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    for (let start = 0; start < experiments.length; start += MOST) {
      const { leaders } = await api.leaders(project, experiments.slice(start, start + MOST));
      if (mine !== this.#asked) return;
      for (const leader of leaders) this.#found.set(leader.experiment, leader);
    }
  }
}
