// What of a candidate is edited in its row: its name, its note, and metadata.

import type { CandidateChange, CandidateRow } from '../api/schema';
import type { TableColumn } from './columns';

/** What one edit sets: a name, a note, or the value of one key of metadata, which null removes. */
export type Edit = Omit<CandidateChange, 'candidate'>;

/** As much of a note as a row has: where there is more, the whole is on the candidate's page. */
export const NOTE_IN_ROW = 300;

export function isEditable(column: TableColumn): boolean {
  return column.id === 'name' || column.id === 'note' || column.kind === 'metadata';
}

/** What setting a column of a candidate to a text means; null where nothing changes or nothing may be there. */
export function editOf(column: TableColumn, before: string | undefined, text: string): Edit | null {
  if (column.kind === 'metadata') {
    const wanted = text.trim();
    if (wanted === (before ?? '')) return null;
    return { metadata: { [column.key]: wanted === '' ? null : wanted } };
  }
  const wanted = column.id === 'note' ? text.trimEnd() : text.trim();
  if (wanted === (before ?? '') || (column.id === 'name' && wanted === '')) return null;
  return column.id === 'note' ? { note: wanted } : { name: wanted };
}

/** A row as it is after an edit. */
export function edited(row: CandidateRow, { name, note, metadata }: Edit): CandidateRow {
  const pairs = Object.entries({ ...row.metadata, ...metadata });
  return {
    ...row,
    name: name ?? row.name,
    note: (note ?? row.note ?? '').slice(0, NOTE_IN_ROW),
    metadata: Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== null)),
  };
}

/** What was done, for the message with the way back. */
export function saidOf(column: TableColumn, row: CandidateRow, edit: Edit): string {
  if (edit.name != null) return `Renamed “${row.name}” to “${edit.name}”.`;
  if (edit.note != null)
    return edit.note === '' ? `Removed the note of “${row.name}”.` : `Saved the note of “${row.name}”.`;
  const isRemoved = Object.values(edit.metadata ?? {}).includes(null);
  return isRemoved ? `Removed “${column.key}” from “${row.name}”.` : `Set “${column.key}” of “${row.name}”.`;
}
