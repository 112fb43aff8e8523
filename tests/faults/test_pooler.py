"""PgBouncer in transaction mode before PostgreSQL, and how many connections a server opens at most."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from shortlist.db.engine import normalise_url
from tests.databases import DatabaseFactory
from tests.faults.counts import counted
from tests.faults.load import Load, check_complete
from tests.faults.postgres import USER
from tests.faults.proxies import program
from tests.live import live_server
from tests.ports import free_port, wait_until_it_listens

POOL = 4
MOST_OF_A_PROCESS = 17
_CONFIGURATION = """
[databases]
{name} = host={host} port={port} user={user} dbname={name}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 200
"""


@contextmanager
def pgbouncer(url: str, folder: Path) -> Iterator[str]:
    """The same database through PgBouncer, which shares few connections among all transactions."""
    there = make_url(url)
    listen = free_port()
    file = folder / "pgbouncer.ini"
    values = {"name": there.database, "host": there.query["host"], "port": there.port or 5432}
    file.write_text(_CONFIGURATION.format(**values, user=there.username, listen=listen, pool=POOL))
    # It refuses to run as root, too, and PostgreSQL's socket is open to this user.
    with file.open() as configuration:
        path = f"/proc/self/fd/{configuration.fileno()}"
        words = [program("pgbouncer") or "", "-q", path]
        process = subprocess.Popen(words, user=USER, pass_fds=(configuration.fileno(),), stderr=subprocess.DEVNULL)
        try:
            wait_until_it_listens(process, listen)
            yield f"postgresql://{there.username}@127.0.0.1:{listen}/{there.database}"
        finally:
            process.terminate()
            process.wait(timeout=60)


@pytest.mark.skipif(program("pgbouncer") is None, reason="PgBouncer is not installed (Debian: pgbouncer)")
def test_a_pooler_in_transaction_mode_shares_few_connections(databases: DatabaseFactory, tmp_path: Path) -> None:
    url = databases.create("postgresql", tmp_path)
    with pgbouncer(url, tmp_path) as pooled, live_server(tmp_path / "data", pooled, workers="2") as server:
        load = Load(server, writers=6)
        load.wait_for(60)
        with server.client() as client:
            found = client.post("/api/2.0/mlflow/runs/search", json={"experiment_ids": ["0"]})
            assert len(found.json()["runs"]) >= 1
            text = client.get("/-/metrics").text
            assert {line[-2:] for line in text.splitlines() if line.startswith("shortlist_listening")} == {" 0"}
            assert client.get("/-/readiness").status_code == 200
            assert 1 <= _connections(url) <= POOL
            assert set(load.stop()) == {200}
            assert load.broken == 0
            counted(f"two workers share {POOL} connections through PgBouncer", answers=load.statuses)
            check_complete(client, load.loggers)
    databases.drop(url)


@pytest.mark.nightly
def test_a_server_opens_no_more_connections_than_it_says(databases: DatabaseFactory, tmp_path: Path) -> None:
    url = databases.create("postgresql", tmp_path)
    with live_server(tmp_path / "data", url) as server, server.client() as client:
        load = Load(server, writers=24)
        most = 0
        for _ in range(3):
            load.wait_for(24)
            client.post("/api/2.0/mlflow/runs/search", json={"experiment_ids": ["0"]})
            most = max(most, _connections(url))
        assert set(load.stop()) == {200}
        assert 1 <= most <= MOST_OF_A_PROCESS, most
    databases.drop(url)


def _connections(url: str) -> int:
    """Those to this database but for the one that asks."""
    admin = create_engine(normalise_url(url))
    asked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with admin.connect() as connection:
        found = int(connection.execute(asked).scalar_one())
    admin.dispose()
    return found
