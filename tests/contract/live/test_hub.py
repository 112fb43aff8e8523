"""Who waits for an experiment hears of what was committed, in this process and in another one of the same database."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Connection, text
from structlog.testing import capture_logs

from shortlist.db import changes, migrate, notices
from shortlist.db.changes import Change
from shortlist.db.database import Database
from shortlist.errors import Unavailable
from shortlist.live import hub as hubs
from shortlist.live.hub import WHOLE, Hub

PATIENCE = 60  # seconds until what must come has come
PROJECT, EXPERIMENT, CANDIDATE = 7, 3, 41


@pytest.fixture
def resources() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def process(resources: ExitStack, url: str, *, listen: bool = True) -> tuple[Database, Hub]:
    """What one server process has of the two."""
    database = Database(url)
    resources.callback(database.close)
    hub = Hub(database, listen=listen)
    hub.start()
    resources.callback(hub.close)
    return database, hub


def note(connection: Connection, candidate: int | None = CANDIDATE, experiment: int = EXPERIMENT) -> None:
    changes.note(connection, PROJECT, experiment, candidate)


def test_a_commit_wakes_those_who_wait_for_its_experiment(database_url: str, resources: ExitStack) -> None:
    migrate.prepare(database_url)
    database, hub = process(resources, database_url)

    async def work() -> None:
        async with (
            await hub.subscribe(PROJECT, [EXPERIMENT]) as waiting,
            await hub.subscribe(PROJECT, [WHOLE]) as whole,
            await hub.subscribe(8, [EXPERIMENT]) as other,
        ):
            await database.write(note)
            assert await waiting.wait(PATIENCE) == {Change(PROJECT, EXPERIMENT, CANDIDATE)}
            assert await whole.wait(PATIENCE) == {Change(PROJECT, EXPERIMENT, CANDIDATE)}
            assert await other.wait(0) == frozenset()

    asyncio.run(work())


def test_what_was_rolled_back_is_not_told(database_url: str, resources: ExitStack) -> None:
    migrate.prepare(database_url)
    database, hub = process(resources, database_url)

    def failing(connection: Connection) -> None:
        note(connection, 1)
        raise ValueError("not this time")

    async def work() -> None:
        async with await hub.subscribe(PROJECT, [EXPERIMENT]) as waiting:
            with pytest.raises(ValueError, match="not this"):
                await database.write(failing)
            await database.write(lambda connection: note(connection, 2))
            assert await waiting.wait(PATIENCE) == {Change(PROJECT, EXPERIMENT, 2)}

    asyncio.run(work())


def test_a_hub_that_closes_ends_every_wait(database_url: str, resources: ExitStack) -> None:
    migrate.prepare(database_url)
    _, hub = process(resources, database_url)

    async def work() -> None:
        async with await hub.subscribe(PROJECT, [EXPERIMENT]) as waiting:
            ended = asyncio.create_task(waiting.wait(PATIENCE))
            await asyncio.to_thread(hub.close)
            assert await ended is None
            with pytest.raises(Unavailable):
                await hub.subscribe(PROJECT, [EXPERIMENT])

    asyncio.run(work())


# A server process that says what it is told to say.
OTHER = f"""
import sys
from shortlist.db import changes
from shortlist.db.database import Database
from shortlist.live.hub import WHOLE, Hub
database = Database(sys.argv[1])
hub = Hub(database)
hub.start()
for line in sys.stdin:
    database.write_now(lambda connection: changes.note(connection, {PROJECT}, int(line), None))
    print("committed", flush=True)
hub.close()
database.close()
"""
LOSE = text(
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
)


def listens(hub: Hub) -> bool:
    """Whether it hears other processes, as soon as it does."""
    assert hub.notices is not None
    return hub.notices.listening.wait(PATIENCE)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_another_process_is_heard_without_looking_and_after_the_connection_was_lost(
    database_url: str, resources: ExitStack, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "_LOOK_SECONDS", 1e6)
    monkeypatch.setattr(notices, "_AGAIN_SECONDS", 0.0)
    migrate.prepare(database_url)
    database, hub = process(resources, database_url)
    other = resources.enter_context(
        subprocess.Popen(
            [sys.executable, "-c", OTHER, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    )

    def tell(experiment: int) -> None:
        assert other.stdin is not None
        assert other.stdout is not None
        print(experiment, file=other.stdin, flush=True)
        assert "committed\n" in other.stdout  # beside its log

    def lose(connection: Connection) -> int:
        return connection.execute(LOSE).scalar_one()

    async def work() -> None:
        async with await hub.subscribe(PROJECT, [EXPERIMENT]) as waiting:
            tell(99)  # which nobody here waits for
            tell(EXPERIMENT)
            assert await waiting.wait(PATIENCE) == {Change(PROJECT, EXPERIMENT)}
            assert database.read_now(lose) >= 1
            tell(EXPERIMENT)
            assert await waiting.wait(PATIENCE) == {Change(PROJECT, EXPERIMENT)}

    assert listens(hub)
    with capture_logs() as logged:
        asyncio.run(work())
    assert [entry for entry in logged if entry["log_level"] == "error"] == []
    other.communicate(timeout=PATIENCE)
    assert other.returncode == 0


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_commit_in_another_process_wakes_as_well(
    database_url: str, resources: ExitStack, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(hubs, "_GATHER_SECONDS", 0.02)
    migrate.prepare(database_url)
    here, hub = process(resources, database_url, listen=False)
    there, _ = process(resources, database_url, listen=False)

    async def work() -> None:
        async with await hub.subscribe(PROJECT, [WHOLE]) as whole:
            await there.write(lambda connection: note(connection, None, 99))
            assert await whole.wait(PATIENCE) == {Change(PROJECT, WHOLE)}
        async with await hub.subscribe(PROJECT, [EXPERIMENT, 4]) as waiting:
            await here.write(note)
            assert await waiting.wait(PATIENCE) == {Change(PROJECT, EXPERIMENT, CANDIDATE)}
            await there.write(lambda connection: note(connection, None, 4))
            assert await waiting.wait(PATIENCE) == {Change(PROJECT, 4)}
            # Its own doing is not told a second time, when the counter has been read.
            await here.write(note)
            assert await waiting.wait(PATIENCE) == {Change(PROJECT, EXPERIMENT, CANDIDATE)}
            await there.write(lambda connection: note(connection, None, 4))
            assert await waiting.wait(PATIENCE) == {Change(PROJECT, 4)}

    asyncio.run(work())
