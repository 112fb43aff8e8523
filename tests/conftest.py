"""Fixtures of every layer: a migrated database of either kind, copied from a template that is made once."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from shortlist.db.database import Database
from shortlist.identity import passwords
from tests.databases import DatabaseFactory, State, postgres_server
from tests.live import LiveServer, live_server
from tests.statements import Sent, gathered

# A machine that is busy with something else makes no property false.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

KINDS = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once for all workers: the controller owns it, workers get its address."""
    if hasattr(config, "workerinput"):
        config.stash[_POSTGRES] = config.workerinput["postgres_url"]  # pyright: ignore[reportAttributeAccessIssue]
        return
    if config.option.collectonly:
        return
    server = postgres_server()
    config.stash[_POSTGRES] = server.url
    config.add_cleanup(server.stop)


def pytest_configure_node(node: object) -> None:
    """xdist: hand the address to a worker."""
    node.workerinput["postgres_url"] = node.config.stash[_POSTGRES]  # pyright: ignore[reportAttributeAccessIssue]


_POSTGRES = pytest.StashKey[str]()


# The folders with the longest tests, each of which starts servers of its own.
_LONG = ("faults", "compatibility")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long tests first, and those of the browser at half of all, so that two workers end together.

    `--dist worksteal` gives each worker one half to begin with, and what is at the end of the other's half when it has
    nothing left: many short tests, for which no browser and no server have to be started a second time.
    """
    folders = [item.path.relative_to(Path(__file__).parent).parts[0] for item in items]
    long, browser, others = (
        [item for item, folder in zip(items, folders, strict=True) if wanted(folder)]
        for wanted in (_LONG.__contains__, "e2e".__eq__, lambda folder: folder not in (*_LONG, "e2e"))
    )
    half = max(0, len(items) // 2 - len(long))
    items[:] = [*long, *others[:half], *browser, *others[half:]]


def pytest_collection_finish() -> None:
    """What has been imported and collected lasts; to look for garbage in it again and again takes a seventh of all."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def databases(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseFactory]:
    factory = DatabaseFactory(tmp_path_factory.mktemp("databases"), pytestconfig.stash[_POSTGRES])
    yield factory
    factory.close()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """A password hash is meant to be slow, and nearly every test makes one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def sent_statements() -> Iterator[Sent]:
    with gathered() as sent:
        yield sent


@pytest.fixture(autouse=True)
def statements_carry_the_project(sent_statements: Sent) -> Iterator[None]:
    """Of everything that the program sends to a database in a test, whatever the test looks at."""
    yield
    found = sent_statements.unlimited()
    assert not found, "\n\n".join(found)


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """A test runs once on each kind; parametrise with one of them where the kind makes no difference."""
    return request.param


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, database_kind: str, databases: DatabaseFactory, tmp_path: Path
) -> Iterator[str]:
    """The URL of a fresh, migrated database, in which a first start has been made where the test has an application,
    and which knows the cast where it has one."""
    state = State.MIGRATED
    if "application" in request.fixturenames:
        state = State.PEOPLED if "cast" in request.fixturenames else State.STARTED
    url = databases.create(database_kind, tmp_path, state)
    yield url
    databases.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def running(database_url: str, tmp_path: Path) -> Iterator[LiveServer]:
    """A server of the test's own, on `database_url` and with the data folder `data`."""
    with live_server(tmp_path / "data", database_url) as server:
        yield server
