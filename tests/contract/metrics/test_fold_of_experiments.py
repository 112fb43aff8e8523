"""The fold that a search waits for: everything that was logged before it, and nothing that never ends."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, event

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.metrics import folder, service
from shortlist.metrics.fold import LogRow, fold
from shortlist.metrics.types import CandidateKey, Points

OWNER = CandidateKey(1, 1)
MOST_ROUNDS = 5


def test_a_fold_does_not_wait_for_what_is_logged_meanwhile(
    database: Database, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []

    def log(connection: Connection) -> None:
        step = len(rounds)
        service.append(connection, scope, OWNER, Points.of([("loss", 1.0, step, step)]))

    def fold_while_somebody_logs(connection: Connection, project_id: int, rows: Sequence[LogRow]) -> int:
        returned = fold(connection, project_id, rows)
        rounds.append(len(rows))
        assert len(rounds) < MOST_ROUNDS
        log(connection)
        return returned

    database.write_now(log)
    monkeypatch.setattr(folder, "fold", fold_while_somebody_logs)
    folder.fold_completely(database, scope.project_id, [1])
    assert rounds == [1]
    assert database.read_now(lambda connection: folder.Folder(database).pending(connection, scope, [1]))


def test_it_folds_what_it_has_put_back(database: Database, scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fold that cannot place all points at once puts them back with a new id, which is not "logged meanwhile"."""
    rounds: list[int] = []

    def fold_half(connection: Connection, project_id: int, rows: Sequence[LogRow]) -> int:
        rounds.append(len(rows))
        assert len(rounds) < MOST_ROUNDS
        if len(rounds) > 1:
            return fold(connection, project_id, rows)
        service.append(connection, scope, OWNER, Points.of([("loss", 1.0, 1, 1)]))
        return 1

    points = Points.of([("loss", 1.0, 1, 1)])
    database.write_now(lambda connection: service.append(connection, scope, OWNER, points))
    monkeypatch.setattr(folder, "fold", fold_half)
    folder.fold_completely(database, scope.project_id, [1])
    assert rounds == [1, 1]
    assert not database.read_now(lambda connection: folder.Folder(database).pending(connection, scope, [1]))


def test_each_of_its_jobs_is_a_transaction(database: Database, scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one in the same would wait for candidates while it has keys and counts that their folds wait for."""
    commits: list[int] = []
    before: list[int] = []

    def counted_fold(connection: Connection, project_id: int, rows: Sequence[LogRow]) -> int:
        before.append(len(commits))
        return fold(connection, project_id, rows)

    points = Points.of([("loss", 1.0, 1, 1)])
    for iid in (1, 2, 3):
        database.write_now(lambda connection, iid=iid: service.append(connection, scope, CandidateKey(iid, 1), points))
    monkeypatch.setattr(folder, "_BUDGET_SECONDS", 0.0)
    monkeypatch.setattr(folder, "fold", counted_fold)
    event.listen(database.engine, "commit", lambda _: commits.append(1))
    folder.fold_completely(database, scope.project_id, [1])
    assert len(set(before)) == len(before) == 3
