// The candidates that a search finds: a place for each, and the rows of those that are looked at.

import { ApiError, api } from '../api/client';
import type { CandidatePage, CandidateQuery, CandidateRow } from '../api/schema';
import { missingSpan, type RowWindow } from '../lib/window';

export type Search = Required<
  Pick<CandidateQuery, 'filter' | 'order_by' | 'view' | 'ranked' | 'fold' | 'expanded'>
> & {
  columns: string[];
};

const FIRST = 100;
/** Rows are read in blocks, so that a slow scroll does not ask for each. */
const BLOCK = 100;
/** The most that one request reads. */
const SPAN = 400;
/** How long a place that was jumped to must stay in view before it is read, while another is being read. */
const SETTLED_MS = 60;

export class CandidateList {
  /** The row at each place of the order; those that nobody has looked at are not there. */
  places = $state.raw<readonly (CandidateRow | undefined)[]>([]);
  /** The rows that are here, in order. */
  readonly rows = $derived(this.places.filter((row) => row !== undefined));
  total = $state(0);
  /** The goal's baseline, whether or not it is among the rows; null where they have another order. */
  baseline = $state.raw<CandidateRow | null>(null);
  /** True while a new search is under way and the rows are still those of the last. */
  searching = $state(false);
  /** Why the server refused the search; the rows are still those of the last good one. */
  refusal = $state.raw<ApiError | null>(null);
  /** Why no further rows came. */
  stuck = $state('');
  /** Grows when other rows are shown, not when the same ones are read again. */
  generation = $state(0);

  readonly #project: string;
  readonly #experiment: number;
  #search: Search;
  /** The order that all rows are cut from; empty where the server has not named one. */
  #snapshot = '';
  /** Blocks that were read, also where the server had nothing to give. */
  #known = new Set<number>();
  #running = new AbortController();
  #wanted: RowWindow = { first: 0, end: 0 };
  /** The reading of the last rows, while nobody has asked for them yet. */
  #ahead: Promise<void> | null = null;
  #reading: { span: RowWindow; abort: AbortController } | null = null;

  constructor(project: string, experiment: number, search: Search) {
    this.#project = project;
    this.#experiment = experiment;
    this.#search = search;
  }

  /** How many rows there are to scroll through, read or not. */
  get length(): number {
    return this.places.length;
  }

  /** Takes a page that was read elsewhere as the first of the current search. */
  take(page: CandidatePage): void {
    this.#stop();
    this.#begin(page);
  }

  #begin(page: CandidatePage): void {
    this.#snapshot = page.snapshot ?? '';
    this.#known = new Set();
    this.total = page.total;
    this.baseline = page.baseline ?? null;
    this.places = [];
    this.#put(0, page.candidates);
  }

  /** Shows a candidate with something changed, wherever it stands, without asking for it again. */
  amend(iid: number, change: (row: CandidateRow) => CandidateRow): void {
    this.places = this.places.map((row) => (row?.iid === iid ? change(row) : row));
    if (this.baseline?.iid === iid) this.baseline = change(this.baseline);
  }

  /** Puts rows at their places. */
  #put(first: number, rows: readonly CandidateRow[]): void {
    const next = this.places.slice();
    next.length = Math.max(this.total, first + rows.length);
    rows.forEach((row, offset) => {
      next[first + offset] = row;
    });
    const whole = first + rows.length >= this.total ? Math.ceil(next.length / BLOCK) : 0;
    const end = Math.max(whole, Math.floor((first + rows.length) / BLOCK));
    for (let block = Math.ceil(first / BLOCK); block < end; block += 1) this.#known.add(block);
    this.places = next;
  }

  /** Shows what another search finds; until it answers, and if it is refused, the rows stay. */
  async search(search: Search): Promise<void> {
    const run = this.#stop();
    this.#search = search;
    this.searching = true;
    try {
      const page = await this.#read(0, FIRST, '', run.signal);
      this.#begin(page);
      this.refusal = null;
      this.generation += 1;
      this.#ahead = this.#readAhead(run);
    } catch (reason) {
      if (run.signal.aborted) return;
      this.refusal = reason instanceof ApiError ? reason : new ApiError(0, 'UNKNOWN', String(reason));
    } finally {
      if (run === this.#running) this.searching = false;
    }
  }

  /**
   * Reads the end of a new order, for which the server makes the whole of it: then whoever jumps there, or elsewhere,
   * waits for it no more.
   */
  async #readAhead(run: AbortController): Promise<void> {
    const first = Math.floor((this.length - 1) / BLOCK) * BLOCK;
    if (first < FIRST || this.#snapshot !== '') return;
    try {
      const page = await this.#read(first, BLOCK, '', run.signal);
      if (!run.signal.aborted) this.#take({ first, end: this.length }, page);
    } catch {
      // Whoever scrolls there asks again, and hears what is wrong.
    }
  }

  #stop(): AbortController {
    this.#running.abort();
    this.#ahead = null;
    this.#running = new AbortController();
    this.#reading?.abort.abort();
    this.#reading = null;
    this.#wanted = { first: 0, end: 0 };
    this.stuck = '';
    return this.#running;
  }

  #read(start: number, size: number, snapshot: string, signal: AbortSignal): Promise<CandidatePage> {
    const query = { ...this.#search, experiment: this.#experiment, max_results: size, start, snapshot };
    return api.candidates(this.#project, query, signal);
  }

  /** Sees to it that the rows at some places are here; what is being read and no longer wanted is given up. */
  async reach(first: number, end: number): Promise<void> {
    this.#wanted = { first: Math.max(0, first), end: Math.min(end, this.length) };
    const { span, abort } = this.#reading ?? {};
    const isPassed = span !== undefined && (span.end <= first || span.first >= end);
    if (isPassed) abort?.abort();
    else if (this.#reading !== null) return;
    await this.#readOn(isPassed ? SETTLED_MS : 0);
  }

  async #readOn(wait: number): Promise<void> {
    const run = this.#running;
    const mine = { span: this.#wanted, abort: new AbortController() };
    this.#reading = mine;
    const signal = AbortSignal.any([run.signal, mine.abort.signal]);
    try {
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      while (!signal.aborted && this.stuck === '' && this.refusal === null && !this.searching) {
        const span = missingSpan(this.#wanted, this.#known, BLOCK, SPAN, this.length);
        if (span === null) return;
        mine.span = span;
        const ahead = this.#snapshot === '' ? this.#ahead : null;
        if (ahead !== null) {
          await ahead;
          if (this.#ahead === ahead) this.#ahead = null;
          continue;
        }
        const page = await this.#read(span.first, span.end - span.first, this.#snapshot, signal);
        if (signal.aborted) return;
        this.#take(span, page);
      }
    } catch (reason) {
      if (!signal.aborted) this.stuck = reason instanceof Error ? reason.message : String(reason);
    } finally {
      if (this.#reading === mine) this.#reading = null;
    }
  }

  #take(span: RowWindow, page: CandidatePage): void {
    this.#snapshot = page.snapshot ?? this.#snapshot;
    this.total = page.total;
    for (let block = span.first / BLOCK; block * BLOCK < span.end; block += 1) this.#known.add(block);
    this.#put(span.first, page.candidates);
  }

  retry(): void {
    this.stuck = '';
    void this.reach(this.#wanted.first, this.#wanted.end);
  }

  /** Shows the rows that a search of the same candidates finds when some are folded, without going to the top. */
  async again(search: Search): Promise<void> {
    this.#search = search;
    await this.refresh();
  }

  /** Reads the same search again, with other columns if they are given, and lets nobody wait for it. */
  async refresh(columns?: string[]): Promise<void> {
    if (columns !== undefined) this.#search = { ...this.#search, columns };
    if (this.searching || this.refusal !== null) return;
    const run = this.#running;
    const page = await this.#read(0, FIRST, '', run.signal);
    const { first, end } = this.#wanted;
    const start = Math.floor(first / BLOCK) * BLOCK;
    const isBelow = end > FIRST && start < page.total;
    const size = Math.min(SPAN, Math.ceil((end - start) / BLOCK) * BLOCK);
    const below = isBelow ? await this.#read(start, size, page.snapshot ?? '', run.signal) : null;
    if (run.signal.aborted || run !== this.#running) return;
    this.#reading?.abort.abort();
    this.#reading = null;
    this.#begin(page);
    if (below !== null) this.#take({ first: start, end: start + size }, below);
  }
}
