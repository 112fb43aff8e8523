"""Two changes at once on PostgreSQL, of which the first is not committed yet while the second runs."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from sqlalchemy import Connection, text

from shortlist.db.database import Database

Work = Callable[[Connection], object]


def second_of(database: Database, first: Work, second: Work) -> Future[object]:
    """What becomes of the second change when it begins before the first is committed, and waits for nothing more."""
    with ThreadPoolExecutor(1) as pool:
        with database.engine.begin() as connection:
            first(connection)
            done = pool.submit(database.write_now, second)
            while not wait([done], timeout=0.01).done and not _anybody_waits(database):
                pass
        wait([done], timeout=30)
    return done


def _anybody_waits(database: Database) -> bool:
    here = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return database.read_now(lambda connection: connection.execute(text(here)).scalar_one()) > 0
