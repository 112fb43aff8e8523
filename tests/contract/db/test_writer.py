"""Group commit: neighbours share a transaction, a failure stays alone, an answer means that it is committed."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, event, func, select, text
from sqlalchemy.exc import IntegrityError

from shortlist.db.changes import Change, note
from shortlist.db.counters import take
from shortlist.db.database import Database
from shortlist.db.memory import of
from shortlist.errors import NotFound, Unavailable

ITEM = Table("item", MetaData(), Column("id", Integer, primary_key=True, autoincrement=False))


@pytest.fixture(autouse=True)
def _table(database: Database) -> None:
    database.write_now(ITEM.create)


def add(number: int) -> Callable[[Connection], int]:
    def work(connection: Connection) -> int:
        connection.execute(ITEM.insert(), {"id": number})
        return number

    return work


def stored(database: Database) -> list[int]:
    return database.read_now(lambda connection: list(connection.scalars(select(ITEM.c.id).order_by(ITEM.c.id))))


def _writers(database: Database) -> int:
    """How many threads take what is not appended."""
    return 1 if database.dialect == "sqlite" else 3


@pytest.fixture
def one_batch(database: Database) -> Iterator[Callable[[], None]]:
    """Holds the writers until released, so that everything submitted meanwhile becomes one batch each."""
    gate = threading.Event()
    started = threading.Semaphore(0)

    def hold(_: Connection) -> None:
        started.release()
        gate.wait(timeout=30)

    holders = [threading.Thread(target=database.write_now, args=(hold,)) for _ in range(_writers(database))]
    if database.dialect == "postgresql":
        holders.append(threading.Thread(target=asyncio.run, args=(database.append(hold),)))
    for holder in holders:
        holder.start()
        assert started.acquire(timeout=30)
    yield gate.set
    gate.set()
    for holder in holders:
        holder.join(timeout=30)


async def _gather(
    database: Database,
    works: Sequence[Callable[[Connection], object]],
    release: Callable[[], None],
    *,
    append: bool = False,
) -> list[object]:
    waiting = [asyncio.ensure_future(database.append(work) if append else database.write(work)) for work in works]
    await asyncio.sleep(0)  # every task has submitted its work
    release()
    return await asyncio.gather(*waiting, return_exceptions=True)


def test_waiting_functions_share_one_transaction(database: Database, one_batch: Callable[[], None]) -> None:
    commits: list[int] = []
    event.listen(database.engine, "commit", lambda _: commits.append(1))

    answers = asyncio.run(_gather(database, [add(number) for number in range(50)], one_batch, append=True))

    # Each held writer and its flush, the one that gathers what is appended, and its batch.
    assert len(commits) <= 2 * _writers(database) + 2
    assert answers == list(range(50))
    assert stored(database) == list(range(50))


@pytest.mark.parametrize("append", [False, True])
def test_a_failure_stays_alone_and_leaves_no_trace(
    database: Database, one_batch: Callable[[], None], append: bool
) -> None:
    def half(connection: Connection) -> None:
        connection.execute(ITEM.insert(), {"id": 100})
        raise NotFound("no such thing")

    def twice(connection: Connection) -> None:
        connection.execute(ITEM.insert(), {"id": 101})
        connection.execute(ITEM.insert(), {"id": 101})

    answers = asyncio.run(_gather(database, [add(1), half, add(2), twice, add(3)], one_batch, append=append))

    assert [answers[0], answers[2], answers[4]] == [1, 2, 3]
    assert isinstance(answers[1], NotFound)
    assert isinstance(answers[3], IntegrityError)
    assert stored(database) == [1, 2, 3]


def _add_all(calls: list[list[int]]) -> Callable[[Connection, Sequence[int]], list[int]]:
    """Work that can be shared, which refuses everything beside a number above a hundred."""

    def work(connection: Connection, numbers: Sequence[int]) -> list[int]:
        calls.append(list(numbers))
        if max(numbers) > 100:
            raise NotFound("too large")
        connection.execute(ITEM.insert().values([{"id": number} for number in numbers]))
        return [number * 2 for number in numbers]

    return work


async def _append_beside_others(
    database: Database, calls: list[list[int]], items: Sequence[tuple[str, int]], release: Callable[[], None]
) -> list[object]:
    work = _add_all(calls)
    waiting = [asyncio.ensure_future(database.append_beside_others(work, key, item)) for key, item in items]
    await asyncio.sleep(0)
    release()
    return await asyncio.gather(*waiting, return_exceptions=True)


def test_what_waits_for_the_same_work_is_appended_at_once(database: Database, one_batch: Callable[[], None]) -> None:
    calls: list[list[int]] = []
    items = [("a" if number % 2 else "b", number) for number in range(20)]

    answers = asyncio.run(_append_beside_others(database, calls, items, one_batch))

    assert answers == [number * 2 for number in range(20)]
    assert stored(database) == list(range(20))
    assert len(calls) == 2, "one for each key"
    assert all(len({number % 2 for number in call}) == 1 for call in calls)


def test_what_is_refused_among_others_is_refused_alone(database: Database, one_batch: Callable[[], None]) -> None:
    calls: list[list[int]] = []
    items = [("a", number) for number in (1, 2, 101, 3)]

    answers = asyncio.run(_append_beside_others(database, calls, items, one_batch))

    assert [answers[0], answers[1], answers[3]] == [2, 4, 6]
    assert isinstance(answers[2], NotFound)
    assert stored(database) == [1, 2, 3]


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_shared_work_is_the_only_statement_of_its_transaction(
    database: Database, one_batch: Callable[[], None]
) -> None:
    texts: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: texts.append(given[2]))
    items = [("a", number) for number in range(20)]

    assert asyncio.run(_append_beside_others(database, [], items, one_batch)) == [number * 2 for number in range(20)]
    assert [text.partition(" (")[0] for text in texts if "pg_logical_emit_message" not in text] == ["INSERT INTO item"]
    assert stored(database) == list(range(20))


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_what_only_its_commit_refuses_is_not_answered_as_stored(
    database: Database, one_batch: Callable[[], None]
) -> None:
    """PostgreSQL says that an INSERT is done, and then looks at the constraints that are deferred."""
    twice = "ALTER TABLE item DROP CONSTRAINT item_pkey, ADD UNIQUE (id) DEFERRABLE INITIALLY DEFERRED"
    with database.engine.begin() as other:
        add(1)(other)
        other.execute(text(twice))

    answers = asyncio.run(_append_beside_others(database, [], [("a", 1)], one_batch))

    assert isinstance(answers[0], IntegrityError)
    assert stored(database) == [1]


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_connection_that_is_lost_while_it_appends_is_unavailable_and_replaced(database: Database) -> None:
    def append(connection: Connection, numbers: Sequence[int]) -> list[None]:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return [None for _ in numbers]

    with pytest.raises(Unavailable):
        asyncio.run(database.append_beside_others(append, "a", 1))
    assert asyncio.run(database.append_beside_others(_add_all([]), "a", 1)) == 2
    assert stored(database) == [1]


def test_a_lone_failure_is_rolled_back(database: Database) -> None:
    def half(connection: Connection) -> None:
        connection.execute(ITEM.insert(), {"id": 1})
        raise NotFound("no such thing")

    with pytest.raises(NotFound):
        database.write_now(half)
    assert stored(database) == []


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_who_finds_a_name_taken_only_when_writing_is_told_so_by_its_own_check(database: Database) -> None:
    runs: list[int] = []

    def claim(connection: Connection) -> None:
        runs.append(1)
        if connection.scalars(select(ITEM.c.id)).first() is not None:
            raise NotFound("taken")
        if len(runs) == 1:
            with database.engine.begin() as other:
                add(1)(other)
        add(1)(connection)

    with pytest.raises(NotFound, match="taken"):
        database.write_now(claim)
    assert (len(runs), stored(database)) == (2, [1])


def test_what_is_taken_whenever_it_is_tried_fails_in_the_end(database: Database) -> None:
    database.write_now(add(1))
    with pytest.raises(IntegrityError):
        database.write_now(add(1))
    assert database.write_now(add(2)) == 2


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_functions_of_two_batches_never_wait_for_each_other(database: Database) -> None:
    """Two servers change the same two rows, each in an order of its own, in batches that run at once."""
    servers = [Database(database.url, writers=1) for _ in range(2)]
    for number in range(2):
        database.write_now(add(number))
    both_began = threading.Barrier(2)
    ran: list[int] = []

    def change(number: int, meeting: bool) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            ran.append(number)
            connection.execute(ITEM.update().where(ITEM.c.id == number), {"id": number})
            if meeting:
                both_began.wait(timeout=30)

        return work

    def write(server: Database, first: int) -> None:
        gate = threading.Event()
        holder = threading.Thread(target=server.write_now, args=(lambda _: gate.wait(timeout=30),))
        holder.start()
        works = [change(first, meeting=True), change(1 - first, meeting=False)]
        asyncio.run(_gather(server, works, gate.set))
        holder.join(timeout=30)

    threads = [threading.Thread(target=write, args=(server, first)) for first, server in enumerate(servers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    for server in servers:
        server.close()
    assert sorted(ran) == [0, 0, 1, 1], "a deadlock would have let one of them run again"


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_batch_waits_for_the_disk_once(database: Database, one_batch: Callable[[], None]) -> None:
    texts: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: texts.append(given[2]))
    asyncio.run(_gather(database, [add(number) for number in range(50)], one_batch))

    unflushed = [text for text in texts if text.startswith("BEGIN; SET LOCAL synchronous_commit = off")]
    flushes = [place for place, text in enumerate(texts) if "pg_logical_emit_message" in text]
    inserts = [place for place, text in enumerate(texts) if text.startswith("INSERT INTO item")]
    assert len(inserts) == 50
    assert len(unflushed) >= 50
    assert 1 <= len(flushes) <= 2 * _writers(database), "one for each held writer, one for each batch afterwards"
    assert stored(database) == list(range(50))


def test_an_answer_means_that_others_see_it(database: Database) -> None:
    other = Database(database.url)
    try:
        for number in range(20):
            database.write_now(add(number))
            assert stored(other)[-1] == number
    finally:
        other.close()


def test_closing_commits_what_was_accepted(database: Database) -> None:
    other = Database(database.url)

    async def submit() -> None:
        loop = asyncio.get_running_loop()
        futures = [asyncio.ensure_future(other.write(add(number))) for number in range(30)]
        await asyncio.sleep(0)
        await loop.run_in_executor(None, other.close)
        await asyncio.gather(*futures)

    asyncio.run(submit())
    assert stored(database) == list(range(30))


def test_writing_to_a_closed_database_is_refused(database: Database) -> None:
    other = Database(database.url)
    other.close()
    with pytest.raises(RuntimeError):
        other.write_now(add(1))


def test_counters_never_hand_out_a_number_twice(database: Database) -> None:
    taken: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: taken.extend(database.write_now(lambda c: take(c, 1, "candidate")) for _ in range(25))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(taken) == list(range(1, 101))
    assert database.write_now(lambda c: take(c, 1, "candidate", 5)) == 101
    assert database.write_now(lambda c: take(c, 1, "candidate")) == 106
    assert database.write_now(lambda c: take(c, 2, "candidate")) == 1


def test_a_database_that_is_gone_is_unavailable(database: Database) -> None:
    other = Database("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1", readers=1, writers=1)
    try:
        with pytest.raises(Unavailable):
            other.read_now(lambda connection: connection.scalar(select(func.count())))
        with pytest.raises(Unavailable):
            other.write_now(add(1))
    finally:
        other.close()
    assert stored(database) == []


def test_a_listener_that_fails_ends_no_writer(database: Database) -> None:
    def fails(_: frozenset[Change]) -> None:
        raise RuntimeError("cannot hear")

    database.on_commit(fails)
    for number in range(_writers(database) + 1):
        assert database.write_now(lambda connection, number=number: note(connection, 1, number)) is None


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_what_is_remembered_is_forgotten_with_a_lost_connection(database: Database) -> None:
    memory = of(database.engine)
    memory.keep((1, 1), "best", 7, "a value", 10)
    with pytest.raises(Unavailable):
        database.write_now(
            lambda connection: connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        )
    assert memory.find((1, 1), "best", 7) is None
    assert memory.size == 0
