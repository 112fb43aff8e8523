"""Package storage on both databases and a local folder, in a project with an owner."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.roles import Credential, FeatureAccess, Role, Visibility
from shortlist.access.scope import Actor, ProjectFacts, Scope
from shortlist.blobs.store import BlobStore
from shortlist.db.database import Database
from shortlist.packages.contents import Storage
from tests.cast import make_cast

MAX_FILE_BYTES = 50_000_000


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


@pytest.fixture
def storage(database: Database, folder: Path) -> Iterator[Storage]:
    blobs = BlobStore.open(folder.as_uri())
    yield Storage(database, blobs, MAX_FILE_BYTES)
    blobs.close()


@pytest.fixture
def scopes(database: Database) -> tuple[Scope, Scope]:
    """Scopes of two projects, as the kernel would build them."""
    cast = make_cast(database)
    olga = cast.users["olga"]
    actor = Actor(olga.id, olga.username, olga.name, credential=Credential.TOKEN)

    def scope(project_id: int, path: str) -> Scope:
        facts = ProjectFacts(
            project_id, path, "p", Visibility.PRIVATE, FeatureAccess.PUBLIC, Role.REPORTER, False, Role.OWNER
        )
        return Scope(actor, Action.EXPERIMENT_WRITE, facts)

    def other_id(connection: Connection) -> int:
        return connection.exec_driver_sql(f"SELECT max(id) FROM project WHERE id <> {cast.project_id}").scalar_one()

    return scope(cast.project_id, cast.project), scope(database.read_now(other_id), cast.other_project)


@pytest.fixture
def scope(scopes: tuple[Scope, Scope]) -> Scope:
    return scopes[0]
