// What the keyboard and the pointer do to the table of candidates.

import { tick } from 'svelte';
import type { CandidateRow } from '../api/schema';
import { NAME_COLUMN, type TableColumn } from '../lib/columns';
import { candidatesOf, everyCandidate } from '../lib/seed_rows';
import type { Cursor } from './cursor.svelte';
import type { Selection } from './selection.svelte';
import type { Shortcut } from './shortcuts.svelte';

type Iid = number | null | undefined;

export interface InputTable {
  cursor: Cursor;
  selection: Selection;
  rows: () => readonly CandidateRow[];
  columns: () => readonly TableColumn[];
  sort: (column: TableColumn, additional: boolean) => void;
  move: (id: string, to: number) => void;
  /** Keeps a column in place at the left, or lets it scroll again. */
  pin: (column: TableColumn) => void;
  resize: (column: TableColumn, change: number) => void;
  /** A column has its width. */
  keepWidths: () => void;
  /** Goes to the page of a candidate, here or in a tab of its own. */
  open: (iid: number, isNewTab: boolean) => void;
  /** Opens the menu of a row at a point, or below its name. */
  openMenu: (iid: number, point: { x: number; y: number } | null) => void;
  /** Shows or hides what stands below a row. */
  unfold: (iid: number) => void;
  /** Stars a candidate, or takes the star away. */
  star: (iid: number) => void;
  /** Lets a cell be edited, if it may be: a column's, or -1 for the name. */
  edit: (iid: number, column: number) => boolean;
  /** Lets a candidate's note be edited, wherever it is shown. */
  editNote: (iid: number) => void;
  focus: () => void;
}

export class TableInput {
  readonly #table: InputTable;

  constructor(table: InputTable) {
    this.#table = table;
  }

  #pick(iid: Iid, range: boolean): void {
    if (iid === null || iid === undefined) return;
    const { selection, rows } = this.#table;
    const row = rows().find((other) => other.iid === iid);
    const iids = row === undefined ? [iid] : candidatesOf(row);
    if (range) selection.extend(everyCandidate(rows()), iids.at(-1) ?? iid);
    else selection.toggleAll(iids);
  }

  #open(iid: Iid, isNewTab = false): void {
    if (iid === null || iid === undefined) return;
    if (iid < 0) this.#table.unfold(iid);
    else this.#table.open(iid, isNewTab);
  }

  #edit(iid: Iid, column: number): boolean {
    return iid !== null && iid !== undefined && this.#table.edit(iid, column);
  }

  /** To the next or the previous row, with the focus on the table. */
  #walk(step: number): void {
    const { cursor } = this.#table;
    const before = cursor.cell;
    // The focus itself places a cursor that was nowhere.
    this.#table.focus();
    if (cursor.cell === before) cursor.walk(step);
  }

  /** `isFree` says whether the focus is where Enter may open a candidate. */
  shortcuts(isFree: () => boolean): Shortcut[] {
    const iid = (): Iid => this.#table.cursor.cell?.iid;
    return [
      { key: 'j', label: 'Next candidate', run: () => this.#walk(1) },
      { key: 'k', label: 'Previous candidate', run: () => this.#walk(-1) },
      { key: 'x', label: 'Select', run: () => this.#pick(iid(), false) },
      { key: 'X', label: 'Select up to here', run: () => this.#pick(iid(), true) },
      {
        key: 'm',
        label: 'Menu of the candidate',
        run: () => {
          const row = iid();
          if (row !== null && row !== undefined) this.#table.openMenu(row, null);
        },
      },
      {
        key: 'o',
        label: 'Show or hide what stands below',
        run: () => {
          const row = iid();
          if (row !== null && row !== undefined) this.#table.unfold(row);
        },
      },
      {
        key: 's',
        label: 'Star, or take the star away',
        run: () => {
          const row = iid();
          if (row !== null && row !== undefined) this.#table.star(row);
        },
      },
      {
        key: 'n',
        label: 'Edit the note',
        run: () => {
          const row = iid();
          if (row !== null && row !== undefined) this.#table.editNote(row);
        },
      },
      {
        key: 'F2',
        label: 'Edit the name, or the cell that is marked',
        run: () => this.#edit(iid(), this.#table.cursor.cell?.column ?? -1),
      },
      { key: 'Enter', label: 'Open the candidate', when: isFree, run: () => this.#open(iid()) },
    ];
  }

  keydown(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey || (event.target instanceof HTMLInputElement && event.key === ' '))
      return;
    const { cursor } = this.#table;
    const { cell } = cursor;
    const done =
      cell?.iid === null ? this.#pressInHead(event, cell.column) : this.#pressInRow(event, cell?.iid);
    if (done || cursor.press(event)) event.preventDefault();
  }

  #pressInHead(event: KeyboardEvent, place: number): boolean {
    const { cursor, columns, move, sort, pin, resize, keepWidths } = this.#table;
    const column = place < 0 ? NAME_COLUMN : columns()[place];
    if (column === undefined) return false;
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (event.shiftKey && step !== 0 && place >= 0) {
      const to = Math.max(0, Math.min(columns().length - 1, place + step));
      move(column.id, to);
      void tick().then(() => cursor.go(-1, to));
    } else if (event.key === 'Enter' || event.key === ' ') sort(column, event.shiftKey);
    else if (event.key === '+' || event.key === '-') {
      resize(column, event.key === '+' ? 16 : -16);
      keepWidths();
    } else if (event.key === 'p' && place >= 0) {
      pin(column);
      void tick().then(() => cursor.go(-1, columns().indexOf(column)));
    } else return false;
    return true;
  }

  #pressInRow(event: KeyboardEvent, iid: Iid): boolean {
    const { cursor, selection } = this.#table;
    if (event.shiftKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      if (selection.size === 0) this.#pick(iid, false);
      cursor.walk(event.key === 'ArrowDown' ? 1 : -1);
      this.#pick(cursor.cell?.iid, true);
    } else if (event.key === ' ') this.#pick(iid, event.shiftKey);
    else if (event.key === 'Enter') {
      const column = cursor.cell?.column ?? -1;
      if (column < 0 || !this.#edit(iid, column)) this.#open(iid);
    } else if (event.key === 'Escape' && selection.size > 0) selection.clear();
    else return false;
    return true;
  }

  /** The pointer or the keyboard asks for the menu of a row. */
  menu(event: MouseEvent): void {
    const line = (event.target as Element).closest<HTMLElement>('tr[data-iid]');
    if (line === null || event.shiftKey) return;
    event.preventDefault();
    const point = event.clientX === 0 ? null : { x: event.clientX, y: event.clientY };
    this.#table.openMenu(Number(line.dataset.iid), point);
  }

  click(event: MouseEvent): void {
    const { cursor, selection, openMenu, rows, unfold } = this.#table;
    const from = event.target as Element;
    const line = from.closest<HTMLElement>('tr[data-iid]');
    if (line === null) return;
    const iid = Number(line.dataset.iid);
    const button = from.closest('[data-menu]');
    if (button !== null) {
      const { left: x, bottom: y } = button.getBoundingClientRect();
      openMenu(iid, { x, y });
      return;
    }
    const edited = from.closest<HTMLElement>('[data-edit]');
    if (edited !== null) {
      const column = Number(edited.dataset.edit);
      cursor.cell = { iid, column };
      this.#edit(iid, column);
      return;
    }
    if (from.closest('[data-star]') !== null) {
      this.#table.star(iid);
      return;
    }
    if (from.closest('[data-fold]') !== null) {
      cursor.cell = { iid, column: -1 };
      unfold(iid);
      return;
    }
    if (from.closest('label') === null || from instanceof HTMLInputElement) cursor.cell = { iid, column: -1 };
    if (from instanceof HTMLInputElement) {
      this.#pick(iid, event.shiftKey);
      // The end of a range stays selected, though the click has turned its box.
      const row = rows().find((other) => other.iid === iid);
      from.checked = selection.hasAll(row === undefined ? [iid] : candidatesOf(row));
    }
    if (from.closest('a, label, input') !== null || getSelection()?.isCollapsed === false) return;
    if (event.shiftKey) this.#pick(iid, true);
    else this.#open(iid, event.metaKey || event.ctrlKey);
  }
}
