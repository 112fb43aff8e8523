"""Uploads in parts, through the server to a folder and straight to S3: the same promises."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from shortlist.access.scope import SERVER, Scope
from shortlist.blobs.store import BlobStore
from shortlist.blobs.types import StoredPart
from shortlist.db.database import Database
from shortlist.errors import InvalidValue, NotFound, QuotaExceeded, TooLarge, Unavailable
from shortlist.packages import quotas, service, sweep
from shortlist.packages.contents import Storage
from shortlist.packages.types import Incoming, PackageFile, Swept, Upload
from shortlist.packages.uploads import MAX_PARTS, Uploads
from tests.contract.packages.conftest import MAX_FILE_BYTES
from tests.live import NO_CERTIFICATES
from tests.s3 import S3Server

REF = service.candidate_package(1, 1)
PATH = "model/weights.bin"
HOUR = 3_600_000
# S3 takes no smaller part but for the last.
PARTS = (b"one" * 2_000_000, b"two" * 2_000_000, b"last")
WHOLE = b"".join(PARTS)


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1_000_000):
        yield content[start : start + 1_000_000]


class Sender:
    """Sends files in parts, as a client does."""

    def __init__(self, storage: Storage, scope: Scope, runner: asyncio.Runner, *, direct: bool) -> None:
        self.storage = storage
        self.scope = scope
        self.run = runner.run
        self.uploads = Uploads(storage, direct=direct)

    def begin(self, count: int = 3, path: str = PATH) -> Upload:
        return self.run(self.uploads.begin(self.scope, REF, path, count))

    def send(self, upload: Upload, number: int, content: bytes) -> StoredPart:
        return self.run(self._send(upload, number, content))

    async def _send(self, upload: Upload, number: int, content: bytes) -> StoredPart:
        addresses = await self.uploads.addresses(upload, [number], 600)
        if addresses is None:
            body = Incoming(chunks(content), size=len(content))
            etag = await self.uploads.put_part(self.storage, self.scope.project_id, upload.id, number, body)
        else:
            async with httpx.AsyncClient(timeout=60, verify=NO_CERTIFICATES) as client:
                answer = await client.put(addresses[0], content=content)
            assert answer.status_code == 200
            etag = answer.headers["etag"].strip('"')
        return StoredPart(number, etag, 0)

    def send_all(self, upload: Upload) -> list[StoredPart]:
        """All parts at once."""

        async def together() -> list[StoredPart]:
            sending = [self._send(upload, number, content) for number, content in enumerate(PARTS, 1)]
            return await asyncio.gather(*sending)

        return self.run(together())

    def complete(self, upload: Upload, sent: list[StoredPart]) -> None:
        self.run(self.uploads.complete(self.storage, self.scope, upload, sent))

    def abort(self, upload: Upload) -> None:
        self.run(self.uploads.abort(self.scope, upload.id, upload.package, upload.path))

    def again(self, upload: Upload) -> Upload:
        return self.run(self.uploads.find(self.scope, upload.id, upload.package, upload.path))

    def parts(self, upload: Upload) -> list[StoredPart]:
        return self.run(self.uploads.parts(self.scope, upload))

    def file(self, path: str = PATH) -> PackageFile | None:
        return self.storage.database.read_now(lambda connection: service.find(connection, self.scope, REF, path))

    def put(self, path: str, content: bytes) -> PackageFile:
        return self.run(service.upload(self.storage, self.scope, lambda _: (REF, path), Incoming(chunks(content))))

    def read(self, file: PackageFile) -> bytes:
        async def all_of_it() -> bytes:
            return b"".join([block async for block in await service.read(self.storage, file)])

        return self.run(all_of_it())

    @property
    def kept(self) -> int:
        return self.storage.database.read_now(lambda connection: quotas.usage(connection, self.scope)).kept

    def limit(self, size: int | None) -> None:
        self.storage.database.write_now(lambda connection: quotas.set_limit(connection, SERVER, self.scope, size))


@pytest.fixture(params=["through the server", "straight to S3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "through the server":
        return tmp_path / "artifacts"
    s3: S3Server = request.getfixturevalue("s3")
    return s3.folder / f"uploads-{tmp_path.name}-{request.node.name.translate({91: 45, 93: 45, 32: 45})}"


@pytest.fixture
def storage(
    database: Database, folder: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Storage]:
    url = folder.as_uri()
    if folder.name.startswith("uploads-"):
        s3: S3Server = request.getfixturevalue("s3")
        for name, value in s3.environment.items():
            monkeypatch.setenv(name, value)
        url = s3.url(folder.name)
    blobs = BlobStore.open(url)
    yield Storage(database, blobs, MAX_FILE_BYTES)
    blobs.close()


@pytest.fixture
def sender(storage: Storage, scope: Scope, runner: asyncio.Runner, folder: Path) -> Sender:
    return Sender(storage, scope, runner, direct=folder.name.startswith("uploads-"))


def objects(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_parts_sent_at_once_make_one_file_when_they_are_complete(sender: Sender, folder: Path) -> None:
    upload = sender.begin()
    sent = sender.send_all(upload)
    assert sender.file() is None
    sender.complete(upload, sent)

    file = sender.file()
    assert file is not None
    assert (file.size, file.sha256) == (len(WHOLE), hashlib.sha256(WHOLE).digest())
    assert sender.read(file) == WHOLE
    assert [path.stat().st_size for path in objects(folder)] == [len(WHOLE)]
    assert sender.kept == len(WHOLE)


def test_to_complete_again_is_no_error_and_changes_nothing(sender: Sender, runner: asyncio.Runner) -> None:
    """An answer may be lost; a client may lose patience and ask again while the first is still at work."""
    upload = sender.begin()
    sent = sender.send_all(upload)

    async def together() -> None:
        await asyncio.gather(*(sender.uploads.complete(sender.storage, sender.scope, upload, sent) for _ in range(3)))

    sender.run(together())
    first = sender.file()
    sender.complete(sender.again(upload), sent)
    # Another process does not know what this one has been doing.
    Sender(sender.storage, sender.scope, runner, direct=sender.uploads.direct).complete(sender.again(upload), sent)
    assert sender.file() == first


def test_an_upload_goes_on_where_it_was_cut_off(sender: Sender) -> None:
    upload = sender.begin()
    sender.send(upload, 3, PARTS[2])
    if upload.store_id is None:  # S3 replaces a part, too, but the server of this test does not
        sender.send(upload, 1, b"wrong" * 1_200_000)
    sender.send(upload, 1, PARTS[0])
    resumed = sender.again(upload)
    there = sender.parts(resumed)
    assert [(part.number, part.size) for part in there] == [(1, 6_000_000), (3, 4)]
    sender.complete(resumed, [*there, sender.send(resumed, 2, PARTS[1])])
    file = sender.file()
    assert file is not None
    assert sender.read(file) == WHOLE


def test_what_a_client_says_of_its_parts_must_be_true(sender: Sender) -> None:
    upload = sender.begin()
    sent = sender.send_all(upload)
    lie = StoredPart(2, sent[0].etag, 0)
    for wrong in ([], [sent[0], lie], [*sent, StoredPart(4, "x", 0)], [sent[0], sent[0]]):
        with pytest.raises(InvalidValue) as caught:
            sender.complete(upload, wrong)
        assert caught.value.field == "parts"
    assert sender.file() is None
    sender.complete(upload, sent[::-1])
    assert sender.file() is not None


def test_bytes_that_are_there_are_kept_once(sender: Sender, folder: Path) -> None:
    first = sender.put("first", WHOLE)
    upload = sender.begin()
    sender.complete(upload, sender.send_all(upload))
    file = sender.file()
    assert file is not None
    assert file.location == first.location
    assert len(objects(folder)) == 1
    assert sender.kept == len(WHOLE)


def test_an_ended_upload_leaves_nothing_and_takes_nothing(sender: Sender, folder: Path) -> None:
    upload = sender.begin()
    sent = [sender.send(upload, 1, PARTS[0])]
    sender.abort(upload)
    sender.abort(upload)
    assert objects(folder) == []
    assert sender.kept == 0
    with pytest.raises(NotFound):
        sender.again(upload)
    with pytest.raises((NotFound, InvalidValue)):
        sender.complete(upload, sent)
    if upload.store_id is None:
        with pytest.raises(NotFound):
            sender.send(upload, 2, PARTS[1])
    assert objects(folder) == []


def test_an_upload_belongs_to_its_path_and_project(sender: Sender, scopes: tuple[Scope, Scope]) -> None:
    upload = sender.begin()
    for scope, path in ((sender.scope, "other"), (scopes[1], PATH)):
        with pytest.raises(NotFound):
            sender.run(sender.uploads.find(scope, upload.id, REF, path))


@pytest.mark.parametrize("count", [0, -1, MAX_PARTS + 1])
def test_no_such_number_of_parts(sender: Sender, count: int) -> None:
    with pytest.raises(InvalidValue) as caught:
        sender.begin(count)
    assert caught.value.field == "num_parts"


def test_limits_hold_for_the_whole_and_for_the_project(sender: Sender, folder: Path, runner: asyncio.Runner) -> None:
    small = Sender(
        replace(sender.storage, max_file_bytes=7_000_000), sender.scope, runner, direct=sender.uploads.direct
    )
    upload = small.begin()
    with pytest.raises(TooLarge):
        small.complete(upload, [small.send(upload, 1, PARTS[0]), small.send(upload, 2, PARTS[1])])
    small.abort(upload)
    assert objects(folder) == []

    upload = sender.begin()
    sent = [sender.send(upload, 1, PARTS[0])]
    sender.limit(len(PARTS[0]) + 2)
    with pytest.raises(QuotaExceeded):
        sender.complete(upload, [*sent, sender.send(upload, 2, PARTS[1])])
    assert sender.file() is None
    sender.limit(None)
    if upload.store_id is None:
        assert sender.kept == len(PARTS[0])
    sender.complete(upload, [*sent, sender.send(upload, 2, PARTS[1])])
    assert sender.kept == 12_000_000


def test_a_commit_whose_answer_is_lost_can_be_asked_for_again(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts may be one object already: it is found, whoever completes again."""
    upload = sender.begin()
    sent = sender.send_all(upload)

    async def lost(_database: Database, _work: object) -> None:
        raise Unavailable("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", lost)
        with pytest.raises(Unavailable):
            sender.complete(upload, sent)
    assert sender.file() is None
    sender.complete(upload, sent)
    file = sender.file()
    assert file is not None
    assert sender.read(file) == WHOLE


def test_what_was_cut_off_is_swept_when_its_addresses_have_expired(
    sender: Sender, folder: Path, database: Database
) -> None:
    kept = sender.begin(path="kept")
    sender.complete(kept, sender.send_all(kept))
    upload = sender.begin()
    sender.send(upload, 1, PARTS[0])
    sweeping = sweep.sweep(sender.storage, age_ms=HOUR)
    assert sender.run(sweeping) == Swept()
    assert [part.number for part in sender.parts(sender.again(upload))] == [1]

    database.write_now(
        lambda connection: connection.execute(text(f"UPDATE package_upload SET created_at = created_at - {25 * HOUR}"))
    )
    # What went to S3 is found there, by its age.
    expected = Swept() if upload.store_id else Swept(strays=1, bytes=len(PARTS[0]))
    assert sender.run(sweep.sweep(sender.storage, age_ms=HOUR, dry_run=True)) == expected
    assert sender.run(sweep.sweep(sender.storage, age_ms=HOUR)) == expected
    with pytest.raises(NotFound):
        sender.again(upload)
    assert sender.kept == len(WHOLE)
    if upload.store_id is not None:
        direct = sender.storage.blobs.direct
        assert direct is not None
        found = sender.run(direct.unfinished("projects", 4_000_000_000_000))
        assert [item.location for item, _ in found] == [upload.location]
        sender.run(sender.storage.blobs.unfinished("projects", 4_000_000_000_000, delete=True))
        assert sender.run(direct.parts(upload.location, upload.store_id)) is None
    assert [path.stat().st_size for path in objects(folder)] == [len(WHOLE)]
