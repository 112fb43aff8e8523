"""The whole application on a fresh database of either kind, and a client for each member of the cast."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shortlist.app import Application, build
from shortlist.settings import Settings
from tests.cast import Cast
from tests.databases import ROOT_PASSWORD, DatabaseFactory
from tests.http.client import Client, Mlflow

MEMBERS = ("olga", "mara", "rita", "gwen", "otto", "cid", "ada", "anonymous")
WRITERS = ("olga", "mara", "rita", "cid")


@pytest.fixture
def application(database_url: str, tmp_path: Path) -> Iterator[Application]:
    settings = Settings(
        data=tmp_path,
        database=database_url,
        artifacts=(tmp_path / "artifacts").as_uri(),
        root_password=ROOT_PASSWORD,
        max_body_bytes=4 * 1024 * 1024,
        log_format="json",
    )
    built = build(settings)
    yield built
    built.close()


@pytest.fixture
def cast(application: Application, database_kind: str, databases: DatabaseFactory) -> Cast:
    return databases.cast_of(database_kind)


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture
def as_member(application: Application, cast: Cast, runner: asyncio.Runner) -> Callable[[str], Client]:
    """A client of a member of the cast, by name; `anonymous` sends no credentials."""

    def client(name: str) -> Client:
        token = None if name == "anonymous" else cast.token(name)
        return Client(application.asgi, runner, token, cast.project)

    return client


@pytest.fixture
def rita(as_member: Callable[[str], Client]) -> Client:
    """The reporter: the least role that may write."""
    return as_member("rita")


@pytest.fixture
def mlflow(rita: Client) -> Mlflow:
    """MLflow calls of the reporter."""
    return rita.mlflow
