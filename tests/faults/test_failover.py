"""PostgreSQL restarts, crashes, and fails over to its standby under load: 503 for a moment, and nothing is lost."""

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, select

from shortlist.db.database import Database
from shortlist.db.migrate import upgrade
from shortlist.errors import Unavailable
from tests.faults.counts import counted
from tests.faults.load import Load, check_complete
from tests.faults.postgres import postgres_alone, postgres_pair
from tests.live import live_server


@pytest.mark.nightly
def test_a_database_that_restarts_crashes_and_fails_over_loses_nothing(tmp_path: Path) -> None:
    with postgres_pair() as (primary, standby):
        both = f"postgresql://postgres@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
        upgrade(both)
        with live_server(tmp_path / "data", both) as server, server.client() as client:
            load = Load(server, writers=4)
            load.wait_for(40)
            for number in (signal.SIGINT, signal.SIGQUIT):
                primary.stop(number)
                refused = load.statuses[503]
                load.go_on_until(lambda refused=refused: load.statuses[503] > refused)
                assert client.get("/-/readiness?of=database").status_code == 503
                primary.start()
                taken = load.statuses[200]
                load.go_on_until(lambda taken=taken: load.statuses[200] > taken + 40)

            primary.stop(signal.SIGQUIT)
            standby.promote()
            taken = load.statuses[200]
            load.go_on_until(lambda: load.statuses[200] > taken + 40)
            assert client.get("/-/readiness?of=database").status_code == 200
            assert set(load.stop()) == {200, 503}
            assert load.broken == 0
            counted("PostgreSQL restarted, crashed, failed over", answers=load.statuses, broken=load.broken)
            check_complete(client, load.loggers)
            assert standby.execute("SELECT pg_is_in_recovery()") == [(False,)]


def test_what_shares_a_flush_is_flushed_before_it_is_acknowledged() -> None:
    """The database keeps what it was not told to flush for longer than this takes, and then crashes."""
    item = Table("item", MetaData(), Column("id", Integer, primary_key=True, autoincrement=False))
    acknowledged: set[int] = set()

    def add(number: int) -> Callable[[Connection], object]:
        return lambda connection: connection.execute(item.insert(), {"id": number})

    with postgres_alone("wal_writer_delay=10s", "wal_buffers=16MB") as server:
        database = Database(server.url)
        database.write_now(item.create)

        def write(first: int) -> None:
            for number in range(first, first + 1_000_000):
                try:
                    database.write_now(add(number))
                except Unavailable:
                    return
                acknowledged.add(number)
                enough.release()

        enough = threading.Semaphore(0)
        threads = [threading.Thread(target=write, args=(place * 1_000_000,)) for place in range(8)]
        for thread in threads:
            thread.start()
        for _ in range(400):
            assert enough.acquire(timeout=60)
        server.stop(signal.SIGQUIT)
        for thread in threads:
            thread.join(timeout=60)
        server.start()
        assert acknowledged <= set(database.read_now(lambda connection: list(connection.scalars(select(item.c.id)))))
        database.close()
