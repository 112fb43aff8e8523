"""Rows of a page of candidates."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.metrics import service as metrics
from shortlist.provenance import origins
from shortlist.tracking import stars, store_candidates
from shortlist.web import ci, translate, wire

# Characters of a note that a row shows; the candidate's page has all of it.
_MOST_OF_NOTE = 300


class RowLoader:
    """Loads the rows of a page with the values of the asked columns only."""

    def __init__(self, columns: Sequence[str] | None) -> None:
        self.metrics = chosen(columns, "metrics.")
        self._params = chosen(columns, "params.")
        self._metadata = chosen(columns, "metadata.")
        self._ci = chosen(columns, "ci.")
        self._notes = columns is None or "note" in columns

    def __call__(self, connection: Connection, scope: Scope, iids: Sequence[int]) -> list[wire.CandidateRow]:
        records = store_candidates.by_iids(connection, scope, iids)
        latest = metrics.latest(connection, scope, iids, self.metrics)
        params = store_candidates.params_of(connection, scope, iids, self._params)
        metadata = store_candidates.metadata_of(connection, scope, iids, self._metadata)
        rows = [
            translate.candidate_row(record, latest.get(record.iid, []), params[record.iid], metadata[record.iid])
            for record in records
        ]
        if self._notes:
            for row, record in zip(rows, records, strict=True):
                row.note = record.note[:_MOST_OF_NOTE]
        starred = stars.among(connection, scope, iids)
        for row in rows:
            row.starred = row.iid in starred
        if self._ci is None or self._ci:
            found = origins.of_candidates(connection, scope, iids)
            for row in rows:
                if row.iid in found:
                    row.ci = ci.columns(found[row.iid], self._ci)
        return rows


def chosen(columns: Sequence[str] | None, prefix: str) -> list[str] | None:
    if columns is None:
        return None
    return [column.removeprefix(prefix) for column in columns if column.startswith(prefix)]
