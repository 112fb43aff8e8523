"""A table of results as candidates: read and judged as a whole, then written some rows at a time.

Every candidate remembers the file and the line that it came from, so that an import that broke off goes on where it
stopped, and one that is sent twice writes nothing twice.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.clock import now_ms
from shortlist.db import counters
from shortlist.errors import InvalidValue
from shortlist.importing import guess, rows, sheet
from shortlist.importing.types import Draft, Row, Target, Written
from shortlist.metrics.types import Points
from shortlist.tracking import candidates, creation, rules
from shortlist.tracking.types import NewCandidate

ROW_KEY = "shortlist.import"
FILE_KEY = "shortlist.import.file"
# Whoever else creates a candidate of the project waits for a part to be written.
BATCH = 50
MAX_FAULTS = 100


def draft(text: str, targets: Sequence[Target] = ()) -> Draft:
    """What the file says, its columns going to `targets`, or where they are guessed to go.

    Raises:
        InvalidValue: no table, one beyond the limits, or another number of targets than of columns.
    """
    table, faults = sheet.read(text)
    chosen = list(targets) or guess.targets(table)
    if len(chosen) != len(table.headers):
        raise InvalidValue(
            f"The file has {len(table.headers)} columns, but it is said of {len(chosen)} what they are.",
            field="columns",
        )
    wrong = rows.check(table, chosen)
    found, more = rows.read(table, chosen)
    faults = sorted([*faults, *wrong, *more], key=lambda fault: (fault.line, fault.column or 0))
    return Draft(table, chosen, found, faults[:MAX_FAULTS], len(faults))


def batches(drafted: Draft) -> Iterator[list[Row]]:
    """The rows in the parts that are written together.

    Raises:
        InvalidValue: there are faults.
    """
    if drafted.faults:
        first = drafted.faults[0]
        where = f"line {first.line}" + (f", column {first.column} ({first.header})" if first.column else "")
        raise InvalidValue(f"Nothing was imported: {where}: {first.message}", field="text")
    for start in range(0, len(drafted.rows), BATCH):
        yield drafted.rows[start : start + BATCH]


def present(connection: Connection, scope: Scope, experiment_iid: int, drafted: Draft) -> int:
    """How many rows of the file are candidates of the experiment already."""
    return len(_there(connection, scope, experiment_iid, drafted, drafted.rows))


def write(
    connection: Connection, scope: Scope, experiment_iid: int, drafted: Draft, part: Sequence[Row], file_name: str
) -> Written:
    """Create the candidates of some rows, in one transaction; those that are there already are passed over."""
    # Of two that import the same file at once, the second must see what the first wrote.
    counters.lock(connection, scope.project_id, "candidate")
    there = _there(connection, scope, experiment_iid, drafted, part)
    created: list[int] = []
    points = 0
    for row in part:
        mark = _mark(drafted, row)
        if mark in there:
            continue
        marks = {ROW_KEY: mark, FILE_KEY: file_name[: rules.MAX_METADATA_VALUE]} if file_name else {ROW_KEY: mark}
        created.append(_create(connection, scope, experiment_iid, row, marks))
        points += len(row.metrics)
    return Written(created, len(part) - len(created), points)


def _there(connection: Connection, scope: Scope, experiment_iid: int, drafted: Draft, some: Sequence[Row]) -> set[str]:
    marks = [_mark(drafted, row) for row in some]
    return candidates.values_in_use(connection, scope, experiment_iid, ROW_KEY, marks)


def _mark(drafted: Draft, row: Row) -> str:
    return f"{drafted.sheet.digest}:{row.line}"


def _create(connection: Connection, scope: Scope, experiment_iid: int, row: Row, marks: dict[str, str]) -> int:
    now = now_ms()
    start = row.start_time if row.start_time is not None else row.end_time if row.end_time is not None else now
    end = row.end_time if row.end_time is not None or not creation.has_ended(row.status) else start
    new = NewCandidate(
        experiment_iid=experiment_iid,
        name=row.name,
        start_time=start,
        end_time=end,
        user_name=scope.actor.username or "",
        metadata=creation.with_note({**row.metadata, **marks}, row.note),
        status=row.status,
    )
    time = start if end is None else end
    points = Points.of((key, value, time, 0) for key, value in row.metrics.items())
    return creation.create(connection, scope, new, row.params, points).iid
