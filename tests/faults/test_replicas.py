"""Several server processes on one PostgreSQL: any of them may be restarted or killed, and none needs another."""

import os
import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import psutil
import pytest
from typer.testing import CliRunner

from shortlist.cli.main import app
from shortlist.db.database import Database
from shortlist.identity.rate_limit import AttemptLimit
from shortlist.identity.shared_attempts import SharedAttempts
from tests.databases import DatabaseFactory
from tests.faults.counts import counted
from tests.faults.load import Load, check_complete
from tests.faults.proxies import installed, real_proxy
from tests.faults.proxy import proxy
from tests.live import PASSWORD, LiveServer, live_server
from tests.ports import free_port

WRITERS = 2


@pytest.fixture
def url(databases: DatabaseFactory, tmp_path: Path) -> Iterator[str]:
    made = databases.create("postgresql", tmp_path)
    yield made
    databases.drop(made)


def workers_of(server: LiveServer) -> set[int]:
    """The server processes below the watcher."""
    found: set[int] = set()
    for child in psutil.Process(server.process.pid).children():
        with suppress(psutil.Error):  # it ends while we look
            if "spawn_main" in " ".join(child.cmdline()):
                found.add(child.pid)
    return found


def _numbers(client: httpx.Client) -> set[str]:
    """The workers that one scrape tells of."""
    return set(re.findall(r'shortlist_build_info\{worker="(\d)"', client.get("/-/metrics").text))


def test_workers_share_a_port_and_are_renewed_and_replaced_under_load(url: str, tmp_path: Path) -> None:
    with live_server(tmp_path / "data", url, workers="2") as server:
        load = Load(server)
        load.wait_for(20)
        with server.client() as client:
            load.go_on_until(lambda: _numbers(client) == {"0", "1"})

        before = workers_of(server)
        assert len(before) == 2
        server.process.send_signal(signal.SIGHUP)
        load.go_on_until(lambda: not workers_of(server) & before)
        assert set(load.statuses) == {200}

        os.kill(min(workers_of(server)), signal.SIGKILL)
        load.go_on_until(lambda: len(workers_of(server)) == 2)
        load.wait_for(20)
        assert set(load.stop()) == {200}
        counted("two workers renewed and one killed", answers=load.statuses, broken=load.broken)
        with server.client() as client:
            check_complete(client, load.loggers)
        left = workers_of(server)
        assert server.stop() == 0
        assert not [pid for pid in left if psutil.pid_exists(pid)]


def test_a_rolling_restart_behind_a_proxy_loses_nothing(url: str, tmp_path: Path) -> None:
    """Behind nginx and HAProxy at once where they are installed, and behind one of our own otherwise."""
    ports = [free_port() for _ in range(3)]
    with ExitStack() as stack:

        def start(port: int) -> LiveServer:
            return stack.enter_context(live_server(tmp_path / str(port), url, port=str(port)))

        servers = [start(port) for port in ports]
        addresses = [stack.enter_context(real_proxy(name, ports, tmp_path / name)) for name in installed()] or [
            stack.enter_context(proxy(ports)).url
        ]
        names = installed() or ["a proxy of our own"]
        loads = [Load(LiveServer(servers[0].process, address)) for address in addresses]
        for number, port in enumerate(ports):
            _wait_for(loads, 20)
            assert servers[number].stop() == 0
            servers[number] = start(port)
        _wait_for(loads, 10)
        for load, address, name in zip(loads, addresses, names, strict=True):
            assert (set(load.statuses), load.broken) == ({200}, 0), address
            counted(f"three servers restarted behind {name}", answers=load.statuses, broken=load.broken)
        servers[1].kill()
        _wait_for(loads, 20)
        for load, address, name in zip(loads, addresses, names, strict=True):
            # What was on its way is answered 502 by nginx, and HAProxy closes; MLflow's client tries both again.
            assert set(load.stop()) <= {200, 502}, address
            assert load.broken <= WRITERS, address
            counted(f"then one killed, behind {name}", answers=load.statuses, broken=load.broken)
            with LiveServer(servers[0].process, address).client() as client:
                check_complete(client, load.loggers)
        _a_session_holds_everywhere(servers[0], servers[2])


def _wait_for(loads: Sequence[Load], answers: int) -> None:
    for load in loads:
        load.wait_for(answers)


def _a_session_holds_everywhere(one: LiveServer, other: LiveServer) -> None:
    with one.client(None) as here, other.client(None) as there:
        signed_in = here.post("/api/v1/session", json={"login": "root", "password": PASSWORD})
        assert signed_in.status_code in (200, 201), signed_in.text
        for name, value in here.cookies.items():
            there.cookies.set(name, value)
        assert there.get("/api/v1/session").status_code == here.get("/api/v1/session").status_code == 200
        assert there.get("/api/v1/session").json()["user"] is not None


def test_failed_attempts_count_together(url: str) -> None:
    databases = [Database(url, readers=1, writers=1) for _ in range(2)]
    limits = [AttemptLimit(4) for _ in databases]
    shared = [SharedAttempts(database, {"login": limit}) for database, limit in zip(databases, limits, strict=True)]
    for one, limit in zip(shared, limits, strict=True):
        limit.tell = lambda digest, at, one=one: one._note("login", digest, at)
    for number in range(4):
        limits[number % 2].failed("alice")
    assert not limits[0].reached("alice")
    for _ in range(2):
        for one in shared:
            one.exchange()
    assert limits[0].reached("alice")
    assert limits[1].reached("alice")
    assert not limits[0].reached("bob")
    later = AttemptLimit(4)
    SharedAttempts(databases[0], {"login": later}).exchange()
    assert later.reached("alice"), "a process that starts knows of them"

    limits[1].succeeded("alice")
    for one in reversed(shared):
        one.exchange()
    assert not limits[0].reached("alice")
    for database in databases:
        database.close()


def test_sqlite_is_for_one_worker(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["server", "--workers", "2", "--data", str(tmp_path)])
    assert result.exit_code == 2
    assert "PostgreSQL" in result.output
