"""Who waits for an experiment hears of what was committed, in this process and in another one of the same database."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Connection

from shortlist.db import changes, migrate
from shortlist.db.changes import Change
from shortlist.db.database import Database
from shortlist.errors import Unavailable
from shortlist.live import hub as hubs
from shortlist.live.hub import Hub

PATIENCE = 20  # seconds until what must come has come
PROJECT, EXPERIMENT, CANDIDATE = 7, 3, 41


@pytest.fixture
def resources() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def process(resources: ExitStack, url: str) -> tuple[Database, Hub]:
    """What one server process has of the two."""
    database = Database(url)
    resources.callback(database.close)
    hub = Hub(database)
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
            await hub.subscribe(8, [EXPERIMENT]) as other,
        ):
            await database.write(note)
            assert await waiting.wait(PATIENCE) == {Change(PROJECT, EXPERIMENT, CANDIDATE)}
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


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_commit_in_another_process_wakes_as_well(
    database_url: str, resources: ExitStack, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(hubs, "_GATHER_SECONDS", 0.02)
    migrate.prepare(database_url)
    here, hub = process(resources, database_url)
    there, _ = process(resources, database_url)

    async def work() -> None:
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
