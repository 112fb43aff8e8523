// How wide the columns of the table of candidates are: as a reader made them, else as their texts need.

import { untrack } from 'svelte';
import type { CandidateRow, Goal, Score } from '../api/schema';
import { deltaTo, distanceText, unrankedReason } from '../lib/answer';
import { cellOf, type Format } from '../lib/cells';
import { NAME_COLUMN, naturalWidth, type TableColumn } from '../lib/columns';
import { edges } from '../lib/grid';
import { clock } from './clock.svelte';
import { exactness } from './exactness.svelte';
import { textWidth } from './text_width';
import { widths } from './widths.svelte';

/** The column of check boxes. */
const PICK = 36;
const NARROW = 480;
/** Of a column that shows every digit: two numbers of seventeen digits, a mean and its deviation. */
const MOST_EXACT = 400;
/** The part of the width that what stays in place may take. */
const MOST_PINNED = 0.7;

/** Its properties are read when they are needed, so that only what a width depends on changes it. */
export interface Measured {
  columns: readonly TableColumn[];
  /** How many of the columns are to stay in place at the left. */
  pinned: number;
  formats: ReadonlyMap<string, Format>;
  /** Rows whose texts are measured. */
  sample: readonly CandidateRow[];
  goal: Goal | null;
  baseline: Score | null;
  /** Of the box around the table, pixels. */
  width: number;
}

export class ColumnSizes {
  readonly #table: Measured;
  // A width that fits is found once, so that new values do not make the columns jump.
  readonly #fitting = new Map<string, number>();

  readonly #holds = $derived.by(() => this.#table.sample.some(({ group }) => group !== null));
  readonly narrow = $derived.by(() => this.#table.width < NARROW);
  readonly name = $derived.by(() => this.#nameWidth());
  /** Of the columns after the name, pixels. */
  readonly sizes = $derived.by(() => {
    const { columns, goal, baseline } = this.#table;
    void [this.narrow, goal, baseline, this.#holds, exactness.on];
    return columns.map((column) => {
      const chosen = widths.of(column.id);
      if (chosen !== undefined && !exactness.on) return chosen;
      return Math.max(
        chosen ?? 0,
        untrack(() => this.#widthOf(column)),
      );
    });
  });
  /** Where the columns stay that are pinned, pixels from the left: as many as leave room for others to scroll. */
  readonly lefts = $derived.by(() => this.#lefts());
  /** Left edges of the columns that scroll, and after them the right edge of the last. */
  readonly at = $derived(edges(this.sizes.slice(this.lefts.length)));
  /** What stays in place at the left: the check box, the name and the pinned columns. */
  readonly fixed = $derived(
    this.sizes.slice(0, this.lefts.length).reduce((sum, size) => sum + size, PICK + this.name),
  );

  constructor(table: Measured) {
    this.#table = table;
  }

  /** The columns of the grid; on paper only the first `printed` of them, and no check boxes. */
  template(printed: number | null): string {
    const pick = printed === null ? PICK : 0;
    const sizes = printed === null ? this.sizes : this.sizes.slice(0, printed);
    return `${pick}px ${this.name}px ${sizes.map((size) => `${size}px`).join(' ')} minmax(0, 1fr)`;
  }

  resize(column: TableColumn, change: number): void {
    const isName = column.id === NAME_COLUMN.id;
    const current = isName ? this.name : (this.sizes[this.#table.columns.indexOf(column)] ?? 100);
    widths.set(column.id, current + change);
  }

  #lefts(): number[] {
    const { pinned, width } = this.#table;
    const found: number[] = [];
    let left = PICK + this.name;
    for (const size of this.sizes.slice(0, pinned)) {
      if (left + size > width * MOST_PINNED) break;
      found.push(left);
      left += size;
    }
    return found;
  }

  #widthOf(column: TableColumn): number {
    if (column.id === 'status') return this.narrow ? 46 : 106;
    const { formats, sample, goal, baseline } = this.#table;
    const hasDistance = baseline !== null && column.kind === 'metric' && column.key === goal?.metric;
    const key = `${column.id} ${exactness.on} ${this.narrow} ${hasDistance} ${sample.some(({ group }) => group !== null)}`;
    const known = this.#fitting.get(key);
    if (known !== undefined) return known;
    const texts = sample.map((row) => {
      const { text } = cellOf(column, row, formats.get(column.id), clock.now, exactness.on);
      const delta = hasDistance && goal !== null ? deltaTo(goal, baseline, row) : null;
      return delta === null ? text : `${distanceText(delta, row, this.narrow)}  ${text}`;
    });
    const fits = exactness.on
      ? naturalWidth(column.title, texts, textWidth, 76, MOST_EXACT)
      : naturalWidth(column.title, texts, textWidth);
    if (sample.length > 0) this.#fitting.set(key, fits);
    return fits;
  }

  #nameWidth(): number {
    const { sample, goal, baseline, width } = this.#table;
    const chosen = widths.of(NAME_COLUMN.id);
    if (chosen !== undefined) return Math.min(chosen, Math.max(120, width - 120));
    const names = sample.slice(0, 100).map((row) => {
      const why = goal === null || this.narrow ? null : unrankedReason(row);
      const beside = [
        row.standing?.pareto ? '◆' : '',
        row.parent === null ? '' : '       ',
        row.below > 0 ? 'n = 100   ' : '',
        why ?? '',
        baseline?.iid === row.iid ? 'baseline' : '',
      ];
      return [row.name, ...beside.filter((text) => text !== '')].join('  ');
    });
    const rank = goal === null ? 0 : 28;
    const most = Math.round(width * (this.narrow ? 0.52 : 0.48)) - PICK;
    return Math.min(naturalWidth('Name', names, textWidth, 150, 300) + 32 + rank, Math.max(130, most));
  }
}
