"""Runs that are kept as text: whatever was written, and by whom, a reader who keeps nothing is sent the same."""

import random
from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import Connection, insert

from shortlist.access.scope import Scope
from shortlist.clock import now_ms
from shortlist.db import memory
from shortlist.db.database import Database
from shortlist.logged_models import service as logged_models
from shortlist.logged_models.types import LinkKind, ModelLink, NewLoggedModel
from shortlist.metrics import service as metrics
from shortlist.metrics.folder import fold_piece
from shortlist.metrics.types import CandidateKey, Points
from shortlist.mlflow import pages_of_runs
from shortlist.moving import service as moving
from shortlist.retention import purge
from shortlist.tracking import candidates, editing
from shortlist.tracking.tables import experiment
from shortlist.tracking.types import CandidateRecord, DatasetInput
from tests.contract.metrics.conftest import PROJECT, statements
from tests.contract.writes import Writes, candidates_of, log, new, rounds_of, scope

__all__ = ["scope", "statements"]  # fixtures

PLACE = (PROJECT, 1)
DATASET = DatasetInput("wine", "d1", "local", "x", None, None, {})


class WritesToRuns(Writes):
    def more(self, connection: Connection, record: CandidateRecord) -> list[Callable[[], object]]:
        dice, scope = self.dice, self.scope
        points = Points.of([("acc", dice.random(), dice.randrange(9), dice.randrange(5))])
        return [
            lambda: metrics.append(connection, scope, CandidateKey(record.iid, 1), points),
            lambda: metrics.append(connection, scope, CandidateKey(record.iid, 1), points),
            lambda: fold_piece(connection, PROJECT, [1], None),
            lambda: editing.set_params(connection, scope, record, {dice.choice("pq"): dice.choice("345")}),
            lambda: candidates.set_metadata(connection, scope, record, {"mlflow.runName": dice.choice("xyz")}),
            lambda: candidates.log_inputs(connection, scope, record.external_id, [DATASET]),
            lambda: moving.move(connection, scope, [record.iid], 2),
            lambda: self._link(connection, record),
        ]

    def _link(self, connection: Connection, record: CandidateRecord) -> None:
        made = logged_models.create(connection, self.scope, NewLoggedModel(1))
        link = ModelLink(self.dice.choice(list(LinkKind)), made.external_id, 1)
        logged_models.link(connection, self.scope, record.external_id, [link])


@pytest.fixture(autouse=True)
def second(database: Database, scope: Scope) -> None:
    row = {"project_id": PROJECT, "iid": 2, "name": "two", "note": "", "created_at": 0, "updated_at": 0}
    database.write_now(lambda connection: connection.execute(insert(experiment).values(row)))


def sent(connection: Connection, scope: Scope) -> bytes:
    iids = [record.iid for record in candidates_of(connection, scope) if record.experiment_iid == 1]
    return msgspec.json.encode(pages_of_runs.load_of_experiment(connection, scope, iids, experiment_iid=1))


def plain(connection: Connection, scope: Scope) -> bytes:
    iids = [record.iid for record in candidates_of(connection, scope) if record.experiment_iid == 1]
    return msgspec.json.encode(pages_of_runs.load(connection, scope, iids))


@pytest.mark.parametrize("seed", [1, 2])
def test_random_writes_are_sent_by_who_keeps_what_it_sent(database: Database, scope: Scope, seed: int) -> None:
    for _ in rounds_of(database, WritesToRuns(scope, random.Random(seed)), 40):
        kept, anew = database.read_now(lambda reader: (sent(reader, scope), plain(reader, scope)))
        assert kept == anew


def test_a_run_is_read_again_when_it_changed_and_only_then(
    database: Database, scope: Scope, statements: Callable[[Callable[[Connection], object]], int]
) -> None:
    records = [database.write_now(lambda connection: new(connection, scope)) for _ in range(3)]
    iids = [record.iid for record in records]

    def read(connection: Connection) -> object:
        return pages_of_runs.load_of_experiment(connection, scope, iids, experiment_iid=1)

    cold = statements(read)
    assert statements(read) == 2  # what is in the log, and the revision
    database.write_now(lambda connection: log(connection, scope, iids[1], ("acc", 1.0, 0)))
    assert statements(read) == cold
    kept = database.read_now(memory.of).find(PLACE, "runs", 10**9)
    assert kept is not None
    assert sorted(kept.value.values) == iids
    assert statements(read) == 2


def test_a_writer_is_sent_what_it_did_and_nobody_keeps_it(database: Database, scope: Scope) -> None:
    record = database.write_now(lambda connection: new(connection, scope))
    before = database.read_now(lambda connection: sent(connection, scope))

    def fail_it(connection: Connection) -> None:
        candidates.set_metadata(connection, scope, record, {"k": "v"})
        assert b'"k"' in sent(connection, scope)
        raise KeyError

    with pytest.raises(KeyError):
        database.write_now(fail_it)
    assert database.read_now(lambda connection: sent(connection, scope)) == before


def test_a_purged_model_is_no_input_any_more(database: Database, scope: Scope) -> None:
    record = database.write_now(lambda connection: new(connection, scope))

    def link(connection: Connection) -> str:
        made = logged_models.create(connection, scope, NewLoggedModel(1))
        link = ModelLink(LinkKind.INPUT, made.external_id, 0)
        logged_models.link(connection, scope, record.external_id, [link])
        logged_models.delete(connection, scope, made.external_id)
        return made.external_id

    name = database.write_now(link).encode()
    assert name in database.read_now(lambda connection: sent(connection, scope))
    gone = database.write_now(lambda connection: purge._purge_logged_models(connection, scope, now_ms() + 1000))
    assert gone.logged_models == 1
    assert name not in database.read_now(lambda connection: sent(connection, scope))
