"""Two people who save a view under one name at once, on PostgreSQL, where both go on at the same time."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text

from shortlist.db.database import Database
from shortlist.errors import AlreadyExists
from shortlist.saved_views import service as saved_views
from tests.contract.metrics.conftest import PROJECT, add_candidates, scope_of

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_name_is_taken_once(database: Database) -> None:
    scope = scope_of(PROJECT)
    add_candidates(database, PROJECT, range(1, 2))

    def save(connection: Connection) -> None:
        saved_views.save(connection, scope, 1, "Finished", "filter=x", shared=True)

    with ThreadPoolExecutor(1) as thread:

        def save_before_another(connection: Connection) -> Future[None]:
            save(connection)
            second = thread.submit(database.write_now, save)
            while not database.read_now(lambda reader: reader.scalar(WAITING)):
                assert not second.done()
            return second

        second = database.write_now(save_before_another)
        with pytest.raises(AlreadyExists):
            second.result(timeout=30)
    found, _ = database.read_now(lambda connection: saved_views.listed(connection, scope, 1))
    assert [view.name for view in found] == ["Finished"]
