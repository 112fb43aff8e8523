"""Moving a candidate while somebody else writes to it, on PostgreSQL, where both go on at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, insert, select, text

from shortlist.db.database import Database
from shortlist.metrics.types import Points
from shortlist.moving import service as moving
from shortlist.tracking import logs
from shortlist.tracking.tables import experiment, metadata, param
from shortlist.tracking.types import Batch
from tests.contract.metrics.conftest import PROJECT, add_candidates, external_id, scope_of

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_what_is_written_while_a_candidate_moves_moves_along(database: Database) -> None:
    scope, batch = scope_of(PROJECT), Batch(params={"lr": "0.1"}, metadata={"who": "ada"})
    add_candidates(database, PROJECT, range(1, 3))
    other = {"project_id": PROJECT, "iid": 2, "name": "second", "note": "", "created_at": 0, "updated_at": 0}
    database.write_now(lambda connection: connection.execute(insert(experiment), [other]))

    def log(connection: Connection) -> None:
        points = Points.of([("loss", 1.0, 0, 0)])
        logs.log_batch(connection, scope, external_id(1), batch, points)

    with ThreadPoolExecutor(1) as thread:

        def move(connection: Connection) -> None:
            moving.move(connection, scope, [1], 2)
            logging = thread.submit(database.write_now, log)
            while not database.read_now(lambda reader: reader.scalar(WAITING)):
                assert not logging.done()
            waiting.append(logging)

        waiting = []
        database.write_now(move)
        waiting[0].result(timeout=30)

    def filed(connection: Connection) -> list[int]:
        return [connection.scalars(select(table.c.experiment_iid)).one() for table in (param, metadata)]

    assert database.read_now(filed) == [2, 2]
