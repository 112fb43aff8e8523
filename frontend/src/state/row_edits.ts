// Edits of candidates in their rows, each with a way back.

import { bulkApi } from '../api/bulk';
import { api } from '../api/client';
import type { CandidateChange, CandidateRow } from '../api/schema';
import type { TableColumn } from '../lib/columns';
import { type Edit, edited, editOf, saidOf } from '../lib/editing';
import type { CandidateList } from './candidates.svelte';
import { toasts } from './toasts.svelte';

export class RowEdits {
  readonly #project: string;
  readonly #list: CandidateList;

  constructor(project: string, list: CandidateList) {
    this.#project = project;
    this.#list = list;
  }

  /** What the cell holds now, all of it: a row has only the beginning of a note. */
  async textOf(row: CandidateRow, column: TableColumn): Promise<string> {
    if (column.id === 'name') return row.name;
    if (column.kind === 'metadata' && column.key in row.metadata) return row.metadata[column.key] ?? '';
    const candidate = await api.candidate(this.#project, row.iid);
    if (column.id === 'note') return candidate.note;
    return candidate.metadata.find(({ key }) => key === column.key)?.value ?? '';
  }

  /** Saves what a cell was changed to, if that is anything else. */
  async save(row: CandidateRow, column: TableColumn, before: string, text: string): Promise<void> {
    const edit = editOf(column, before, text);
    if (edit === null) return;
    const undo = await this.#send({ candidate: row.iid, ...edit });
    toasts.done(saidOf(column, row, edit), {
      label: 'Undo',
      run: () => toasts.attempt(() => this.#send(undo)),
    });
  }

  /** Answers the change that undoes this one. */
  async #send(change: CandidateChange): Promise<CandidateChange> {
    const { before } = await bulkApi.edit(this.#project, [change]);
    this.#list.amend(change.candidate, (row) => edited(row, change as Edit));
    return before[0] ?? { candidate: change.candidate };
  }
}
