// The candidates that a search finds, read page by page as they are looked at.

import { ApiError, api } from '../api/client';
import type { CandidatePage, CandidateQuery, CandidateRow } from '../api/schema';

export type Search = Required<Pick<CandidateQuery, 'filter' | 'order_by' | 'view' | 'ranked'>> & {
  columns: string[];
};

const FIRST = 100;
const PAGE = 200;
/** The largest page. Pages follow one another, so a reader who jumped far ahead gets there sooner by fewer. */
const LEAP = 5000;
/** What is read again at once to see what changed. */
const AGAIN = 1000;

export class CandidateList {
  rows = $state.raw<readonly CandidateRow[]>([]);
  total = $state(0);
  /** The goal's baseline, whether or not it is among the rows; null where they have another order. */
  baseline = $state.raw<CandidateRow | null>(null);
  /** True while a new search is under way and the rows are still those of the last. */
  searching = $state(false);
  /** Why the server refused the search; the rows are still those of the last good one. */
  refusal = $state.raw<ApiError | null>(null);
  /** Why no further page came. */
  stuck = $state('');
  /** Grows when other rows are shown, not when the same ones are read again. */
  generation = $state(0);

  readonly #project: string;
  readonly #experiment: number;
  #search: Search;
  #token = $state<string | null>(null);
  #running = new AbortController();
  #wanted = 0;
  #reading = false;

  constructor(project: string, experiment: number, search: Search) {
    this.#project = project;
    this.#experiment = experiment;
    this.#search = search;
  }

  /** How many rows there are to scroll through, read or not. */
  get length(): number {
    return this.#token === null ? this.rows.length : Math.max(this.total, this.rows.length + 1);
  }

  /** Takes a page that was read elsewhere as the first of the current search. */
  take(page: CandidatePage): void {
    this.rows = page.candidates;
    this.baseline = page.baseline ?? null;
    this.total = page.total;
    this.#token = page.next_page_token ?? null;
  }

  /** Shows what another search finds; until it answers, and if it is refused, the rows stay. */
  async search(search: Search): Promise<void> {
    const run = this.#restart();
    this.#search = search;
    this.searching = true;
    try {
      const page = await this.#read(FIRST, '', run.signal);
      this.take(page);
      this.refusal = null;
      this.generation += 1;
    } catch (reason) {
      if (run.signal.aborted) return;
      this.refusal = reason instanceof ApiError ? reason : new ApiError(0, 'UNKNOWN', String(reason));
    } finally {
      if (run === this.#running) this.searching = false;
    }
  }

  #restart(): AbortController {
    this.#running.abort();
    this.#running = new AbortController();
    this.#wanted = 0;
    this.#reading = false;
    this.stuck = '';
    return this.#running;
  }

  #read(size: number, token: string, signal: AbortSignal): Promise<CandidatePage> {
    const query = { ...this.#search, experiment: this.#experiment, max_results: size };
    return api.candidates(this.#project, token === '' ? query : { ...query, page_token: token }, signal);
  }

  /** Reads on until so many rows are there. */
  async reach(count: number): Promise<void> {
    this.#wanted = Math.max(this.#wanted, Math.min(count, this.length));
    if (this.#reading || this.searching || this.stuck !== '' || this.refusal !== null) return;
    const run = this.#running;
    this.#reading = true;
    try {
      while (this.#token !== null && this.rows.length < this.#wanted && !run.signal.aborted) {
        const size = Math.max(PAGE, Math.min(LEAP, this.#wanted - this.rows.length));
        const page = await this.#read(size, this.#token, run.signal);
        if (run.signal.aborted) return;
        this.#append(page);
      }
    } catch (reason) {
      if (!run.signal.aborted) this.stuck = reason instanceof Error ? reason.message : String(reason);
    } finally {
      if (run === this.#running) this.#reading = false;
    }
  }

  #append(page: CandidatePage): void {
    // A candidate whose value changed may come a second time, further down.
    const known = new Set(this.rows.map(({ iid }) => iid));
    this.rows = [...this.rows, ...page.candidates.filter(({ iid }) => !known.has(iid))];
    this.total = page.total;
    this.#token = page.next_page_token ?? null;
  }

  retry(): void {
    this.stuck = '';
    void this.reach(this.#wanted);
  }

  /** Reads the same search again, with other columns if they are given, and lets nobody wait for it. */
  async refresh(columns?: string[]): Promise<void> {
    if (columns !== undefined) this.#search = { ...this.#search, columns };
    if (this.searching || this.refusal !== null) return;
    const run = this.#running;
    const size = Math.min(Math.max(this.rows.length, FIRST), AGAIN);
    const page = await this.#read(size, '', run.signal);
    if (run.signal.aborted || run !== this.#running) return;
    if (columns !== undefined || this.rows.length <= size) return this.take(page);
    this.rows = [...page.candidates, ...this.#tail(page, size)];
    this.baseline = page.baseline ?? null;
    this.total = page.total;
  }

  /** The rows below a page that was read again, with those that new rows pushed out of it. */
  #tail(page: CandidatePage, size: number): CandidateRow[] {
    const before = new Set(this.rows.map(({ iid }) => iid));
    const fresh = page.candidates.filter(({ iid }) => !before.has(iid)).length;
    const again = new Set(page.candidates.map(({ iid }) => iid));
    return this.rows.slice(size - fresh).filter(({ iid }) => !again.has(iid));
  }
}
