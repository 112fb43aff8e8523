// Which rows and columns of the table of candidates have elements: those in view, and on paper those that fit.

import type { CandidateRow } from '../api/schema';
import type { TableColumn } from '../lib/columns';
import { columnWindow } from '../lib/grid';
import { count, plural } from '../lib/numbers';
import { fitting, loadedFirst, type Placed } from '../lib/rows';
import { rowWindow } from '../lib/window';
import type { CandidateList } from './candidates.svelte';
import type { ColumnSizes } from './column_sizes.svelte';
import { printing } from './printing.svelte';
import type { TableScroll } from './table_scroll.svelte';

const SPARE = 6;
/** Pixels of the narrower of the usual papers, A4 and Letter, lying on its side, between the margins. */
const PAPER = 940;
const MOST_PRINTED = 1000;

/** Its properties are read when they are needed. */
export interface Framed {
  columns: readonly TableColumn[];
  /** Pixels of the header and what is pinned below it. */
  covered: number;
}

interface Line {
  index: number;
  /** Rows that come into view take the elements of those that left it. */
  slot: number;
  row: CandidateRow | undefined;
}

export class TableWindow {
  readonly #table: Framed;
  readonly #list: CandidateList;
  readonly #sizes: ColumnSizes;
  readonly #scroll: TableScroll;
  readonly #row: number;

  readonly rows = $derived.by(() =>
    printing.on
      ? { first: 0, end: loadedFirst(this.#list.places, MOST_PRINTED) }
      : rowWindow(
          this.#scroll.top,
          this.#scroll.height - this.#table.covered,
          this.#row,
          this.#list.length,
          SPARE,
        ),
  );
  readonly #slots = $derived.by(() =>
    printing.on ? this.rows.end : Math.ceil(this.#scroll.height / this.#row) + 2 * SPARE + 2,
  );
  readonly lines = $derived.by(() =>
    Array.from({ length: this.rows.end - this.rows.first }, (_, offset): Line => {
      const index = this.rows.first + offset;
      return { index, slot: index % this.#slots, row: this.#list.places[index] };
    }),
  );
  /** How many columns there is paper for. */
  readonly #printed = $derived.by(() => fitting(this.#sizes.sizes, PAPER - this.#sizes.name));
  readonly cells = $derived.by((): Placed[] => {
    const { columns } = this.#table;
    if (printing.on)
      return columns.slice(0, this.#printed).map((column, index) => ({ column, index, left: null }));
    const { lefts, at, fixed } = this.#sizes;
    const shown = columnWindow(at, this.#scroll.left, this.#scroll.width - fixed);
    return columns.flatMap((column, index) => {
      const left = lefts[index] ?? null;
      const place = index - lefts.length;
      return left !== null || (place >= shown.first && place < shown.end) ? [{ column, index, left }] : [];
    });
  });
  readonly template = $derived.by(() => this.#sizes.template(printing.on ? this.#printed : null));
  readonly width = $derived.by(() => (printing.on ? 0 : this.#sizes.fixed + (this.#sizes.at.at(-1) ?? 0)));
  readonly height = $derived.by(() => this.#row * (printing.on ? this.rows.end : this.#list.length));
  /** What of the table is not on the paper; empty where all of it is. */
  readonly leftOut = $derived.by(() => {
    const titles = this.#table.columns.slice(this.#printed).map(({ title }) => title);
    const rows = this.#list.total - this.rows.end;
    const said = [
      rows > 0 ? `${plural(rows, 'candidate')} after the first ${count(this.rows.end)}` : '',
      titles.length > 0 ? `${plural(titles.length, 'column')}: ${titles.join(', ')}` : '',
    ].filter((text) => text !== '');
    return printing.on && said.length > 0 ? `Not on this paper: ${said.join('; ')}.` : '';
  });

  constructor(table: Framed, list: CandidateList, sizes: ColumnSizes, scroll: TableScroll, row: number) {
    this.#table = table;
    this.#list = list;
    this.#sizes = sizes;
    this.#scroll = scroll;
    this.#row = row;
  }
}
