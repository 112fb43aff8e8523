"""A database that fills up, or drops its connections: clients are told 503, and nothing acknowledged is lost."""

import threading
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from shortlist.db.engine import normalise_url
from tests.databases import DatabaseFactory
from tests.faults.counts import counted
from tests.faults.load import BatchLogger, Load, check_complete
from tests.faults.proxy import proxy
from tests.live import TOKEN, live_server

WRITERS = 4


def test_a_full_disk_refuses_and_loses_nothing(tmp_path: Path) -> None:
    with live_server(tmp_path, file_size_limit=3 * 1024 * 1024) as server:
        enough = threading.Semaphore(0)
        loggers = [BatchLogger(server, enough) for _ in range(WRITERS)]
        for logger in loggers:
            logger.start()
        while not all(logger.statuses[503] for logger in loggers):
            assert enough.acquire(timeout=60)
        for logger in loggers:
            logger.stop.set()
            logger.join(timeout=60)
            assert not logger.is_alive()
        assert {status for logger in loggers for status in logger.statuses} == {200, 503}
        with server.client() as client:
            assert client.get("/health").status_code == 200
            check_complete(client, loggers)
    with live_server(tmp_path) as server, server.client() as client:
        check_complete(client, loggers)
        resumed = BatchLogger(server, threading.Semaphore(0), run_id=loggers[0].run_id, first=loggers[0].acknowledged)
        resumed._log(client)
        assert resumed.statuses[200] == 1


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_dropped_connections_lose_nothing(database_kind: str, databases: DatabaseFactory, tmp_path: Path) -> None:
    url = databases.create(database_kind, tmp_path)
    name = make_url(url).database
    admin = create_engine(normalise_url(url), isolation_level="AUTOCOMMIT")
    drop = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
    )
    with live_server(tmp_path / "data", url) as server, admin.connect() as connection:
        enough = threading.Semaphore(0)
        loggers = [BatchLogger(server, enough) for _ in range(WRITERS)]
        for logger in loggers:
            logger.start()
        for _ in range(12):
            for _ in range(20):
                assert enough.acquire(timeout=60)
            connection.execute(drop, {"name": name})
        for logger in loggers:
            logger.stop.set()
            logger.join(timeout=60)
            assert not logger.is_alive()
        assert {status for logger in loggers for status in logger.statuses} <= {200, 503}
        assert all(logger.statuses[200] for logger in loggers)
        counted("connections dropped 12 times", answers=sum((logger.statuses for logger in loggers), Counter[int]()))
        with server.client() as client:
            check_complete(client, loggers)
    admin.dispose()
    databases.drop(url)


def test_running_out_of_connections_refuses_some_and_loses_nothing(databases: DatabaseFactory, tmp_path: Path) -> None:
    url = make_url(databases.create("postgresql", tmp_path))
    role = f"few_{url.database}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 3"))
        for what in ("TABLES", "SEQUENCES"):
            connection.execute(text(f"GRANT ALL ON ALL {what} IN SCHEMA public TO {role}"))
    few = url.set(username=role).render_as_string(hide_password=False)
    with live_server(tmp_path / "data", few) as server, admin.connect() as connection:
        enough = threading.Semaphore(0)
        loggers = [BatchLogger(server, enough) for _ in range(WRITERS)]
        for logger in loggers:
            logger.start()
        for _ in range(40):
            assert enough.acquire(timeout=60)
        connection.execute(text(f"ALTER ROLE {role} CONNECTION LIMIT -1"))
        for _ in range(40):
            assert enough.acquire(timeout=60)
        for logger in loggers:
            logger.stop.set()
            logger.join(timeout=60)
            assert not logger.is_alive()
        assert {status for logger in loggers for status in logger.statuses} <= {200, 503}
        assert sum(logger.statuses[200] for logger in loggers) > 0
        counted("out of connections, then not", answers=sum((logger.statuses for logger in loggers), Counter[int]()))
        with server.client() as client:
            check_complete(client, loggers)
    with admin.connect() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    admin.dispose()
    databases.drop(url.render_as_string(hide_password=False))


@pytest.mark.nightly
def test_a_slow_database_takes_longer_and_a_silent_one_is_waited_for(
    databases: DatabaseFactory, tmp_path: Path
) -> None:
    url = make_url(databases.create("postgresql", tmp_path))
    socket = f"{url.query['host']}/.s.PGSQL.{url.port or 5432}"
    with proxy([socket]) as between:
        slow = url.set(host="127.0.0.1", port=between.port, query={}).render_as_string(hide_password=False)
        with live_server(tmp_path / "data", slow) as server, server.client(None) as probe:
            load = Load(server, writers=WRITERS)
            load.wait_for(20)
            between.delay = 0.02
            load.wait_for(20)
            assert probe.get("/-/readiness?of=database").status_code == 200

            between.flowing.clear()
            while probe.get("/-/readiness?of=database").status_code == 200:
                pass  # what it remembers, for two seconds
            assert probe.get("/-/liveness").status_code == 200
            between.delay = 0
            between.flowing.set()
            load.wait_for(20)
            while probe.get("/-/readiness?of=database").status_code != 200:
                pass
            assert set(load.stop()) == {200}
            counted("PostgreSQL slow, then silent", answers=load.statuses)
            with server.client() as client:
                check_complete(client, load.loggers)
    databases.drop(url.render_as_string(hide_password=False))


@pytest.mark.nightly
@pytest.mark.parametrize("token", [None, TOKEN, "slpat-of-nobody-0123456789"])
def test_a_silent_database_is_not_ready_whoever_asks(
    databases: DatabaseFactory, tmp_path: Path, token: str | None
) -> None:
    """The connection is accepted and nothing comes back; a client that waits 8 seconds must have its answer."""
    url = make_url(databases.create("postgresql", tmp_path))
    socket = f"{url.query['host']}/.s.PGSQL.{url.port or 5432}"
    with proxy([socket]) as between:
        silent = url.set(host="127.0.0.1", port=between.port, query={}).render_as_string(hide_password=False)
        with live_server(tmp_path / "data", silent) as server, server.client(token) as probe:
            probe.timeout = 8
            between.flowing.clear()
            while (answer := probe.get("/-/readiness?of=database")).status_code == 200:
                pass  # what it remembers, for two seconds
            assert answer.status_code == 503
            between.flowing.set()
    databases.drop(url.render_as_string(hide_password=False))
