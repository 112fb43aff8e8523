"""Zips of packages: complete, with the names and times of the files, and for sizes that need 64 bits."""

import asyncio
import io
import time
import zipfile
from collections.abc import Callable

import pytest

from shortlist.access.scope import Scope
from shortlist.errors import Unavailable
from shortlist.packages.archive import Member, pack
from shortlist.packages.contents import Storage
from shortlist.packages.types import PackageFile
from tests.contract.packages.test_service import Shelf

CONTENTS = {"a.txt": b"alpha", "empty": b"", "plots/\N{SNOWMAN} 1.png": bytes(range(256)) * 20_000}


@pytest.fixture
def shelf(storage: Storage, scope: Scope, runner: asyncio.Runner) -> Shelf:
    return Shelf(storage, scope, runner)


@pytest.fixture
def packed(shelf: Shelf) -> Callable[..., bytes]:
    def work(*files: PackageFile) -> bytes:
        async def blocks() -> bytes:
            members = [Member(file.path, file) for file in files]
            return b"".join([block async for block in await pack(shelf.storage, members)])

        return shelf.run(blocks())

    return work


@pytest.mark.parametrize("limit", [zipfile.ZIP64_LIMIT, 3])
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_zip_has_every_file(
    shelf: Shelf, packed: Callable[..., bytes], limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
    made = packed(*(shelf.put(path, content) for path, content in CONTENTS.items()))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == CONTENTS
        assert archive.infolist()[0].date_time[0] == time.gmtime().tm_year
    assert packed() == b"PK\x05\x06" + bytes(18)  # a zip of nothing


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_store_that_fails_ends_the_archive(shelf: Shelf, packed: Callable[..., bytes]) -> None:
    files = [shelf.put(path, content) for path, content in CONTENTS.items()]
    shelf.run(shelf.storage.blobs.delete([files[2].location]))
    with pytest.raises(Unavailable):
        packed(*files)
    with pytest.raises(Unavailable):
        shelf.run(pack(shelf.storage, [Member("x", files[2])]))
