"""The stores that the contract is checked on: a local folder, and an S3 server over HTTP."""

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from shortlist.blobs.store import BlobStore
from tests.s3 import S3Server


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture(params=["file", "s3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where the store under test keeps its objects, each a file."""
    if request.param == "file":
        return tmp_path / "artifacts with a space"
    return request.getfixturevalue("s3").folder / f"prefix-{uuid.uuid4().hex}"


@pytest.fixture
def store(folder: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlobStore]:
    url = folder.as_uri()
    if folder.name.startswith("prefix-"):
        server: S3Server = request.getfixturevalue("s3")
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        url = server.url(folder.name)
    opened = BlobStore.open(url)
    yield opened
    opened.close()
