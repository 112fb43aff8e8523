"""The stores that the contract is checked on: a local folder, and over HTTP the interfaces of S3, GCS and Azure."""

import asyncio
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from shortlist.blobs.store import BlobStore
from tests import azure
from tests.s3 import BUCKET, S3Server, s3_server

KINDS = ["file", "s3", "gs", *(["az"] if azure.ENDPOINT else [])]


class Place(NamedTuple):
    """An empty store. `folder` has a file for each object, where it is one of this machine."""

    url: str
    environment: Mapping[str, str]
    folder: Path | None


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture(scope="session")
def gcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("gcs"), signatures=False) as server:
        yield server


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    unique = f"prefix-{uuid.uuid4().hex}"
    match request.param:
        case "s3":
            s3: S3Server = request.getfixturevalue("s3")
            return Place(s3.url(unique), s3.environment, s3.folder / unique)
        case "gs":
            gcs: S3Server = request.getfixturevalue("gcs")
            return Place(f"gs://{BUCKET}/{unique}", gcs.environment_of_gcs, gcs.folder / unique)
        case "az":
            azure.make_container(unique)
            return Place(f"az://{unique}/prefix", azure.ENVIRONMENT, None)
        case _:
            folder = tmp_path / "artifacts with a space"
            return Place(folder.as_uri(), {}, folder)


@pytest.fixture
def store(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlobStore]:
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    opened = BlobStore.open(place.url)
    yield opened
    opened.close()


@pytest.fixture
def kept(place: Place, store: BlobStore, runner: asyncio.Runner) -> Callable[[], list[str]]:
    """The names of whatever lies in the store, uploads included that are unfinished and can be seen."""

    async def listed() -> list[str]:
        return [item.location async for page in store.objects("", 2**62) for item in page]

    def look() -> list[str]:
        if place.folder is None:
            return runner.run(listed())
        return sorted(path.name for path in place.folder.rglob("*") if path.is_file())

    return look
