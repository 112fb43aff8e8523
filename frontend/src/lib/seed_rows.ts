// Rows that stand for a whole seed group.

import type { CandidateRow } from '../api/schema';

/** The candidates that a row stands for: its members, or the one that it is. */
export function candidatesOf(row: CandidateRow): number[] {
  return row.group?.candidates ?? [row.iid];
}

/** The candidates of some rows in their order, each once. */
export function everyCandidate(rows: readonly CandidateRow[]): number[] {
  return [...new Set(rows.flatMap(candidatesOf))];
}

/** The rows that a chart of groups draws: the first of those at the top, as far as there is room for their members. */
export function drawnGroups(rows: readonly CandidateRow[], most: number, room: number): CandidateRow[] {
  const found: CandidateRow[] = [];
  let left = room;
  for (const row of rows) {
    if (row.depth > 0 || (row.standing !== null && row.standing.rank === null)) continue;
    left -= candidatesOf(row).length;
    if (left < 0 || found.length === most) break;
    found.push(row);
  }
  return found;
}

/** Every member of some rows, under the name of its row. */
export function namedMembers(rows: readonly CandidateRow[]): { iid: number; name: string }[] {
  return rows.flatMap((row) => candidatesOf(row).map((iid) => ({ iid, name: row.name })));
}
