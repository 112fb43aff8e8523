import { SvelteMap } from 'svelte/reactivity';
import { api } from '../api/client';
import type { Experiment, Leader } from '../api/schema';

// As many as the server answers at once.
const MOST = 100;

/** What a leader depends on, as far as the list of experiments tells: not its own name. */
type Listed = Pick<
  Experiment,
  'iid' | 'candidates' | 'running' | 'failed' | 'updated_at' | 'last_activity_at'
>;

/** The best candidates of listed experiments, read after the list so that it never waits for them. */
export class Leaders {
  readonly #found = new SvelteMap<number, Leader>();
  // What experiments were like when their leaders were asked for.
  readonly #known = new Map<number, string>();

  of(experiment: number): Leader | null {
    return this.#found.get(experiment) ?? null;
  }

  /** These have changed, or all of them: they are shown until the next `load` has others. */
  forget(changed: readonly number[] | null): void {
    if (changed === null) this.#known.clear();
    else for (const iid of changed) this.#known.delete(iid);
  }

  /** Asks for the leaders of experiments that are new here or not as they were. */
  async load(project: string, listed: readonly Listed[]): Promise<void> {
    const other = listed.filter((experiment) => this.#known.get(experiment.iid) !== mark(experiment));
    for (const experiment of other) this.#known.set(experiment.iid, mark(experiment));
    for (let start = 0; start < other.length; start += MOST) {
      const part = other.slice(start, start + MOST);
      const iids = part.map(({ iid }) => iid);
      try {
        const { leaders } = await api.leaders(project, iids);
        // One that changed meanwhile is asked for again by whoever saw that.
        for (const [place, experiment] of part.entries())
          if (this.#known.get(experiment.iid) === mark(experiment)) this.#take(iids[place] ?? 0, leaders);
      } catch (reason) {
        for (const iid of iids) this.#known.delete(iid);
        throw reason;
      }
    }
  }

  #take(iid: number, leaders: readonly Leader[]): void {
    const found = leaders.find(({ experiment }) => experiment === iid);
    if (found === undefined) this.#found.delete(iid);
    else this.#found.set(iid, found);
  }
}

function mark({ candidates, running, failed, updated_at, last_activity_at }: Listed): string {
  return [candidates, running, failed, updated_at, last_activity_at].join(' ');
}
