"""Random changes of the candidates of an experiment, for what is kept of them and must not grow old."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from sqlalchemy import Connection, insert

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.errors import InvalidValue, NotFound
from shortlist.metrics import service as metrics
from shortlist.metrics.folder import fold_piece
from shortlist.metrics.types import CandidateKey, Points
from shortlist.tracking import candidates, logs, store_candidates
from shortlist.tracking import experiments as tracking
from shortlist.tracking.tables import experiment
from shortlist.tracking.types import Batch, CandidateChange, CandidateRecord, NewCandidate, Status
from tests.contract.metrics.conftest import PROJECT, scope_of

VALUES = (0.0, 0.5, -1.0, 2.0, float("nan"), float("inf"))


@pytest.fixture
def scope(database: Database) -> Scope:
    row = {"project_id": PROJECT, "iid": 1, "name": "one", "note": "", "created_at": 0, "updated_at": 0}
    database.write_now(lambda connection: connection.execute(insert(experiment).values(row)))
    return scope_of(PROJECT)


def new(connection: Connection, scope: Scope, start: int = 0, status: Status = Status.FINISHED) -> CandidateRecord:
    return candidates.create(connection, scope, NewCandidate(1, "", start, "ada", {}, status))


def log(connection: Connection, scope: Scope, iid: int, *points: tuple[str, float, int]) -> None:
    rows = Points.of((key, value, step, step) for key, value, step in points)
    metrics.append(connection, scope, CandidateKey(iid, 1), rows)
    fold_piece(connection, PROJECT, [1], None)


class Writes:
    """Random changes of the candidates of experiment 1, each in a transaction."""

    def __init__(self, scope: Scope, dice: random.Random) -> None:
        self.scope = scope
        self.dice = dice

    def __call__(self, connection: Connection) -> None:
        dice, scope = self.dice, self.scope
        known = [record for record in candidates_of(connection, scope) if record.deleted_at is None]
        start, status = dice.randrange(3), dice.choice(list(Status))
        work: list[Callable[[], object]] = [lambda: new(connection, scope, start, status)]
        if known:
            record = dice.choice(known)
            work += self.more(connection, record)
            key, value = dice.choice(("acc", "loss")), dice.choice(VALUES)
            work += [
                lambda: log(connection, scope, record.iid, (key, value, dice.randrange(5))),
                lambda: log(connection, scope, record.iid, (key, value, dice.randrange(5))),
                lambda: candidates.change(connection, scope, record, CandidateChange(status=status)),
                lambda: candidates.set_metadata(connection, scope, record, {dice.choice("kl"): dice.choice("12")}),
                lambda: candidates.delete_metadata(connection, scope, record, dice.choice("kl")),
                lambda: logs.log_batch(
                    connection, scope, record.external_id, Batch(params={dice.choice("pq"): dice.choice("12")})
                ),
                lambda: candidates.delete(connection, scope, record),
                lambda: tracking.delete(connection, scope, 1),
            ]
        else:
            work.append(lambda: tracking.restore(connection, scope, 1))
        dice.choice(work)()

    def more(self, connection: Connection, record: CandidateRecord) -> list[Callable[[], object]]:  # noqa: ARG002
        """What else may be done to a candidate."""
        return []


def candidates_of(connection: Connection, scope: Scope) -> list[CandidateRecord]:
    return store_candidates.by_iids(connection, scope, list(range(1, 80)))


def rounds_of(database: Database, writes: Writes, count: int) -> Iterator[None]:
    """After each round a few more writes were made, now and then by another process."""
    dice = writes.dice
    elsewhere = Database(database.url, readers=1, writers=1)
    try:
        for _ in range(count):
            writer = elsewhere if dice.random() < 0.2 else database
            for _ in range(dice.randrange(1, 4)):
                write_if_allowed(writer, writes)
            yield
    finally:
        elsewhere.close()


def write_if_allowed(database: Database, work: Callable[[Connection], None]) -> None:
    # To a deleted experiment nothing is written.
    with suppress(InvalidValue, NotFound):
        database.write_now(work)
