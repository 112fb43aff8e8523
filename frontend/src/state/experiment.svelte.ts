// What the page of an experiment knows and shows: its rows, columns and answer, and the view that the address keeps.

import { untrack } from 'svelte';
import { api } from '../api/client';
import type { Answer, CandidatePage, CandidateRow, Column, Experiment } from '../api/schema';
import {
  chosenColumns,
  defaultColumns,
  FACTS,
  firstDescending,
  goalFirst,
  moved,
  onlySeedsDiffer,
  pinnedFirst,
  steady,
  type TableColumn,
  tableColumn,
  wantedColumns,
} from '../lib/columns';
import { type ExportFormat, exportPath } from '../lib/export';
import {
  addOrder,
  type ExperimentView,
  NEWEST_FIRST,
  nextOrder,
  orderText,
  parseView,
  type RowKind,
  SHOW_ALL,
  viewSearch,
} from '../lib/view';
import { CandidateList } from './candidates.svelte';
import { page, replaceSearch } from './page.svelte';
import { Selection } from './selection.svelte';
import { toasts } from './toasts.svelte';
import { widths } from './widths.svelte';

/** What the server gave; its properties are read again when they change. */
export interface Given {
  experiment: Experiment;
  answer: Answer | null;
  columns: Column[];
  first: CandidatePage;
}

/** Pixels of a window below which the answer's value comes first. */
const NARROW = 512;

export class ExperimentState {
  experiment = $state.raw() as Experiment;
  known = $state.raw<Column[]>([]);
  answer = $state.raw<Answer | null>(null);
  view = $state.raw<ExperimentView>(parseView(location.search));
  /** Grows when values may have changed, so that curves are read again. */
  version = $state(0);

  /** Whether there is little room. */
  narrow = $state(innerWidth < NARROW);

  /** The columns that the experiment suggests, in the order in which this page first had them. */
  #suggested = $state.raw<readonly string[]>([]);
  /** Every column that there is. */
  readonly allColumns = $derived([...FACTS, ...this.known.map(tableColumn)]);
  /** The columns that are shown, as the address names them. */
  readonly columnIds = $derived(
    this.view.columns ?? goalFirst(this.#suggested, this.answer?.goal ?? null, this.narrow),
  );
  readonly columns = $derived(chosenColumns(pinnedFirst(this.columnIds, this.view.pinned), this.allColumns));
  /** How many of the columns stay in place at the left. */
  readonly pinned = $derived(this.columns.filter(({ id }) => this.view.pinned.includes(id)).length);
  readonly #wanted: RowKind = $derived(this.view.rows ?? (onlySeedsDiffer(this.known) ? 'seeds' : 'flat'));
  /** Of the ranked rows only seed groups take another order than the goal's. */
  readonly #asksRanks = $derived(
    this.view.view === 'active' &&
      !this.experiment.deleted &&
      (this.view.order.length === 0 || (this.#wanted === 'seeds' && this.answer?.goal != null)),
  );
  readonly isRanked = $derived(this.#asksRanks && this.answer?.goal != null);
  readonly order = $derived(
    this.view.order.length > 0 ? this.view.order : this.isRanked ? [] : [NEWEST_FIRST],
  );
  /** What a row is. */
  readonly rows: RowKind = $derived(this.#rows());
  readonly isFiltered = $derived(this.view.filter !== '' || this.view.view !== 'active');
  readonly search = $derived({
    filter: this.view.filter,
    order_by: this.view.order.map(orderText),
    // The candidates of a deleted experiment are deleted with it.
    view: this.experiment.deleted && this.view.view === 'active' ? ('deleted' as const) : this.view.view,
    columns: [...new Set([...this.columnIds, ...wantedColumns(this.view.columns, this.known)])],
    ranked: this.#asksRanks,
    fold: this.rows === 'flat' ? ('' as const) : this.rows,
    expanded: this.rows === 'flat' ? [] : this.view.open,
  });

  readonly project: string;
  readonly list: CandidateList;
  readonly selection: Selection;
  readonly #iid: number;

  /** Make it while the component is set up. */
  constructor(project: string, given: Given) {
    this.project = project;
    this.#iid = untrack(() => given.experiment.iid);
    untrack(() => this.#take(given));
    untrack(() => widths.take(this.view.widths));
    this.list = new CandidateList(
      project,
      this.#iid,
      untrack(() => this.search),
    );
    this.selection = new Selection(untrack(() => this.view.selected));
    this.#begin(untrack(() => given.first));
    this.#follow(given);
  }

  #take({ experiment, answer, columns }: Given): void {
    this.experiment = experiment;
    this.#know(columns);
    this.answer = answer;
  }

  #know(columns: Column[]): void {
    this.known = columns;
    this.#suggested = steady(
      untrack(() => this.#suggested),
      defaultColumns(columns),
    );
  }

  // The document's rows answer the address that was loaded. Its order or filter may have been refused, and
  // coming back may bring rows of an older address: then ask, and show meanwhile what is there.
  #begin(first: CandidatePage): void {
    untrack(() => {
      this.list.take(first);
      if (!this.#answersView()) void this.list.search(this.search);
    });
  }

  #follow(given: Given): void {
    let begun = untrack(() => given.first);
    $effect(() => {
      const next = given.first;
      if (next === begun) return;
      begun = next;
      untrack(() =>
        this.#answersView() ? this.list.take(next) : void this.list.refresh().catch(() => undefined),
      );
    });
    $effect(() => this.#take(given));
    $effect(() => {
      const selected = [...this.selection.iids].sort((a, b) => a - b);
      untrack(() => {
        if (selected.join() !== this.view.selected.join()) this.show({ selected });
      });
    });
  }

  #answersView(): boolean {
    const query = page.data.query;
    const asked = `${query?.filter ?? ''} ${query?.order_by?.join() ?? ''} ${query?.view ?? 'active'}`;
    const folded = `${query?.fold ?? ''} ${query?.expanded?.join() ?? ''}`;
    const { fold, expanded } = this.search;
    return (
      this.view.filter === '' &&
      this.view.order.length === 0 &&
      asked === `  ${this.search.view}` &&
      folded === `${fold} ${expanded.join()}`
    );
  }

  #rows(): RowKind {
    if (!this.#asksRanks) return 'flat';
    return this.#wanted === 'seeds' && !this.isRanked ? 'flat' : this.#wanted;
  }

  /** Trees stand in the goal's order. */
  showRows(rows: RowKind): void {
    this.show({ rows, open: [], order: rows === 'tree' ? [] : this.view.order });
  }

  /** Shows or hides what stands below a row. */
  async unfold(row: CandidateRow): Promise<void> {
    if (row.below === 0) return;
    const iid = Math.abs(row.iid);
    const others = this.view.open.filter((other) => other !== iid);
    this.show({ open: others.length < this.view.open.length ? others : [...others, iid] });
    await this.list.again(this.search).catch((reason) => toasts.error(reason));
  }

  show(part: Partial<ExperimentView>): void {
    this.view = { ...this.view, ...part };
    // Where a default view would be shown instead, the start view says that it is meant.
    const start = page.data.views?.default == null ? '' : `?${SHOW_ALL}`;
    replaceSearch(viewSearch(this.view) || start);
    if ('filter' in part || 'order' in part || 'view' in part || 'rows' in part)
      void this.list.search(this.search);
  }

  /** Null shows the columns that the experiment suggests. */
  showColumns(columns: string[] | null): void {
    const before = new Set(this.search.columns);
    this.show({ columns });
    const added = this.search.columns.some((id) => !before.has(id));
    if (added) this.list.refresh(this.search.columns).catch((reason) => toasts.error(reason));
  }

  /** Columns that stay in place and those that scroll are two parts, and a column moves within its own. */
  moveColumn(id: string, to: number): void {
    const ids = this.columns.map((column) => column.id);
    this.showColumns(pinnedFirst(moved(ids, id, to), this.view.pinned));
  }

  /** Keeps a column in place at the left, or lets it scroll again. */
  pin(id: string): void {
    const others = this.view.pinned.filter((other) => other !== id);
    this.show({ pinned: others.length < this.view.pinned.length ? others : [...others, id] });
  }

  /** The suggested columns, none of them pinned, all as wide as their texts. */
  resetColumns(): void {
    this.#suggested = defaultColumns(this.known);
    for (const id of Object.keys(this.view.widths)) widths.forget(id);
    this.show({ pinned: [], widths: {} });
    this.showColumns(null);
  }

  /** Puts the widths of columns that were changed into the address. */
  keepWidths(): void {
    widths.keep();
    this.show({ widths: widths.ofView });
  }

  sort(column: TableColumn, additional: boolean): void {
    if (column.field === null) return;
    const next = additional ? addOrder : nextOrder;
    this.show({ order: next(this.order, column.field, firstDescending(column)) });
  }

  /** Saves every row of the view as a file. What the rows no longer answer, because it was refused, is not exported. */
  exportAs(format: ExportFormat): void {
    if (this.list.refusal !== null) {
      toasts.error(this.list.refusal);
      return;
    }
    const { filter, order_by, view } = this.search;
    // A file has candidates and no groups, so another order than the goal's is its own.
    const ranked = this.search.ranked && order_by.length === 0;
    const columns = this.columns.map(({ id }) => id);
    location.assign(exportPath(this.project, this.#iid, format, { filter, order_by, view, ranked, columns }));
  }

  /** Takes the room that there is now. */
  resized(): void {
    this.narrow = innerWidth < NARROW;
  }

  /** Reads again what is shown. */
  async refresh(): Promise<void> {
    const [experiment, columns, answer] = await Promise.all([
      api.experiment(this.project, this.#iid),
      api.columns(this.project, this.#iid),
      api.answer(this.project, this.#iid),
      this.list.refresh(),
    ]);
    this.experiment = experiment;
    this.answer = answer;
    if (JSON.stringify(columns.columns) !== JSON.stringify(this.known)) {
      this.#know(columns.columns);
      await this.list.refresh(this.search.columns);
    }
    this.version += 1;
  }

  /** Takes the answer to another goal. */
  answered(answer: Answer): void {
    this.answer = answer;
    page.data.answer = answer;
    void this.list.search(this.search);
    void this.#suggestAgain().catch(() => undefined);
  }

  /** By another goal other parameters are the telling ones. */
  async #suggestAgain(): Promise<void> {
    const { columns } = await api.columns(this.project, this.#iid);
    this.known = columns;
    this.#suggested = defaultColumns(columns);
  }

  /** Takes the experiment as it is after a change. */
  changed(experiment: Experiment): void {
    const isOther = experiment.deleted !== this.experiment.deleted;
    this.experiment = experiment;
    page.data.experiment = experiment;
    if (isOther) void this.list.search(this.search);
  }

  /** The same candidate a second time is none any more. */
  async setBaseline(iid: number): Promise<void> {
    const goal = this.answer?.goal;
    if (!goal) return;
    const { confirmed: _, ...kept } = goal;
    const baseline = goal.baseline === iid ? null : iid;
    const next = await api.setGoal(this.project, this.#iid, { ...kept, baseline });
    this.answered(next);
    toasts.done(next.baseline ? `Compared with “${next.baseline.name}”.` : 'No baseline any more.');
  }
}
