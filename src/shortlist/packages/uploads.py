"""Uploads in parts: begun, sent in any order and at once, completed or ended. Until then, nothing is visible.

Where the settings let clients go to the object store themselves, parts go straight there, and the store joins them.
Otherwise they come through the server, each an object of its own, and are joined here. In both cases the SHA-256 of
the whole is computed here from what the store has, whatever the client says of it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.blobs.direct import Direct
from shortlist.blobs.types import Stored, StoredPart
from shortlist.clock import now_ms
from shortlist.errors import InvalidValue, MissingValue, NotFound, TooLarge
from shortlist.ids import uuid7_bytes
from shortlist.packages import adding, rules, service, store, store_uploads
from shortlist.packages.adding import NewFile
from shortlist.packages.contents import Storage
from shortlist.packages.locations import new_location
from shortlist.packages.types import Incoming, PackageRef, Part, Upload

# S3's limit; it is the same here, so that a client need not know where its parts go.
MAX_PARTS = 10_000


class Uploads:
    """The uploads of one server process. Any process can go on with what another began.

    `direct`: parts go straight to the store where it can take them.
    """

    def __init__(self, storage: Storage, *, direct: bool) -> None:
        self._storage = storage
        self._direct = storage.blobs.direct if direct else None
        # What is being completed here. A client that lost patience asks again, and then waits for the same work.
        self._completing: dict[tuple[int, str], asyncio.Task[None]] = {}

    @property
    def direct(self) -> bool:
        """Whether the parts of new uploads pass the server by."""
        return self._direct is not None

    async def begin(self, scope: Scope, ref: PackageRef, path: str, part_count: int) -> Upload:
        """Begin an upload of a file in so many parts.

        Raises:
            InvalidValue: what `service.upload` refuses of a path, or no such number of parts. QuotaExceeded: the
                project keeps too much already. Unavailable: the store or the database failed.
        """
        rules.check_ref(ref)
        rules.check_path(path)
        if not 1 <= part_count <= MAX_PARTS:
            raise InvalidValue(f"An upload has 1 to {MAX_PARTS} parts, not {part_count}.", field="num_parts")
        await self._storage.database.read(
            lambda connection: adding.check_allowed(connection, scope, ref, path, coming=0)
        )
        location = new_location(scope.project_id)
        upload = Upload(
            id=uuid7_bytes().hex(),
            package=ref,
            path=path,
            location=location,
            store_id=await self._direct.begin(location) if self._direct is not None else None,
            part_count=part_count,
            created_at=now_ms(),
        )
        await self._storage.database.write(lambda connection: store_uploads.add(connection, scope, upload))
        return upload

    async def find(self, scope: Scope, upload_id: str, ref: PackageRef, path: str) -> Upload:
        """The upload of this file that was begun under this id.

        Raises:
            NotFound: there is none, or it has been ended.
        """
        found = await self._storage.database.read(
            lambda connection: store_uploads.find(connection, scope.project_id, upload_id)
        )
        if found is None or (found.package, found.path) != (ref, path):
            raise _not_found(upload_id)
        return found

    async def addresses(self, upload: Upload, numbers: Sequence[int], seconds: int) -> list[str] | None:
        """The store's own addresses of parts; None where the parts of this upload come through the server."""
        if upload.store_id is None:
            return None
        return await self._store().addresses(upload.location, upload.store_id, numbers, seconds)

    async def parts(self, scope: Scope, upload: Upload) -> list[StoredPart]:
        """The parts that have arrived, in their order."""
        if upload.store_id is not None:
            return await self._store().parts(upload.location, upload.store_id) or []
        return [_shown(part) for part in await self._own_parts(scope, upload)]

    async def put_part(self, storage: Storage, project_id: int, upload_id: str, number: int, body: Incoming) -> str:
        """Take a part that comes through the server; it replaces an earlier one of its number. Its ETag.

        Raises:
            NotFound: the upload was completed or ended. InvalidValue: it has no such part, or fewer bytes came than
                announced. TooLarge, QuotaExceeded: with this part it would be too much. Unavailable.
        """
        coming = body.size or 0

        def check(connection: Connection) -> int:
            """How many bytes this part may have."""
            _open(connection, project_id, upload_id, number)
            adding.check_quota(connection, project_id, coming)
            others = store_uploads.parts(connection, project_id, upload_id)
            return storage.max_file_bytes - sum(part.size for part in others if part.number != number)

        room = await storage.database.read(check)
        if coming > room:
            raise TooLarge(
                f"With this part the file has more than {storage.max_file_bytes} bytes, which is the limit.",
                field="Content-Length",
            )
        location = new_location(project_id)
        stored = await storage.blobs.put_stream(location, service.complete_body(body), room)
        part = Part(number, stored.size, stored.sha256, location)

        def note(connection: Connection) -> str | None:
            store.lock(connection, project_id)
            _open(connection, project_id, upload_id, number)
            replaced = store_uploads.put_part(connection, project_id, upload_id, part)
            adding.check_quota(connection, project_id, 0)
            return replaced

        replaced = await service.committed(storage, location, note)
        if replaced is not None:
            await service.discard(storage, replaced)
        return stored.sha256.hex()

    async def complete(self, storage: Storage, scope: Scope, upload: Upload, sent: Sequence[StoredPart]) -> None:
        """Make a file of the parts that were sent. To complete again what is complete does nothing.

        Raises:
            InvalidValue: a part is missing or another than its sender says. TooLarge, QuotaExceeded: it is too much.
            Unavailable: the store or the database failed; it can be tried again.
        """
        if upload.completed_at is not None:
            return
        key = (scope.project_id, upload.id)
        task = self._completing.get(key)
        if task is None:
            task = asyncio.create_task(self._complete(storage, scope, upload, sent))
            self._completing[key] = task
            task.add_done_callback(lambda done: self._settled(key, done))
        await asyncio.shield(task)

    def _settled(self, key: tuple[int, str], task: "asyncio.Task[None]") -> None:
        self._completing.pop(key, None)
        if not task.cancelled():
            task.exception()  # seen here, if everybody who waited has left

    async def _complete(self, storage: Storage, scope: Scope, upload: Upload, sent: Sequence[StoredPart]) -> None:
        own = await self._own_parts(scope, upload)
        if upload.store_id is None:
            numbers = {part.number for part in _chosen(sent, [_shown(part) for part in own], storage.max_file_bytes)}
            stored = await self._joined(storage, upload, [part for part in own if part.number in numbers])
        else:
            stored = await self._joined_by_store(storage, scope, upload, sent)
        new = NewFile(upload.path, stored, rules.media_type(upload.path, None), upload.location)

        def commit(connection: Connection) -> bool:
            """Whether the bytes at the new location are redundant."""
            store.lock(connection, scope.project_id)
            found = store_uploads.find(connection, scope.project_id, upload.id)
            if found is None:
                raise _not_found(upload.id)
            if found.completed_at is not None:
                return False
            # What the parts took is given back first, so that the file is not counted twice.
            store_uploads.forget_parts(connection, scope.project_id, upload.id)
            store_uploads.complete(connection, scope.project_id, upload.id, now_ms())
            return adding.add(connection, scope, upload.package, new).redundant

        redundant = await service.committed(storage, upload.location, commit)
        for location in [part.location for part in own] + ([upload.location] if redundant else []):
            await service.discard(storage, location)

    async def _joined(self, storage: Storage, upload: Upload, parts: Sequence[Part]) -> Stored:
        """One object of parts that are objects."""

        async def chunks() -> AsyncIterator[bytes]:
            for part in parts:
                async with aclosing(await storage.blobs.open_range(part.location, 0, part.size)) as blocks:
                    async for block in blocks:
                        yield block

        return await storage.blobs.put_stream(upload.location, chunks(), storage.max_file_bytes)

    async def _joined_by_store(
        self, storage: Storage, scope: Scope, upload: Upload, sent: Sequence[StoredPart]
    ) -> Stored:
        direct, store_id = self._store(), upload.store_id or ""
        there = await direct.parts(upload.location, store_id)
        if there is not None:
            chosen = _chosen(sent, there, storage.max_file_bytes)
            size = sum(part.size for part in chosen)
            await storage.database.read(
                lambda connection: adding.check_allowed(connection, scope, upload.package, upload.path, size)
            )
            await direct.complete(upload.location, store_id, chosen)
        # Where the store has no such upload any more, it was joined, and the server stopped before its commit.
        stored = await storage.blobs.digest(upload.location)
        if stored is None:
            raise _not_found(upload.id)
        return stored

    async def abort(self, scope: Scope, upload_id: str, ref: PackageRef, path: str) -> None:
        """End an upload and free what has arrived; one that was completed or ended is passed over."""
        try:
            upload = await self.find(scope, upload_id, ref, path)
        except NotFound:
            return
        if upload.completed_at is not None:
            return

        def forget(connection: Connection) -> list[Part]:
            store.lock(connection, scope.project_id)
            return store_uploads.forget(connection, scope.project_id, upload_id)

        for part in await self._storage.database.write(forget):
            await service.discard(self._storage, part.location)
        if upload.store_id is not None:
            await self._store().abort(upload.location, upload.store_id)

    def _store(self) -> Direct:
        """For uploads that were begun with the store, even if the settings have changed since."""
        direct = self._storage.blobs.direct
        if direct is None:
            raise NotFound("This upload was begun in another artifact store.", field="upload_id")
        return direct

    async def _own_parts(self, scope: Scope, upload: Upload) -> list[Part]:
        return await self._storage.database.read(
            lambda connection: store_uploads.parts(connection, scope.project_id, upload.id)
        )


def _open(connection: Connection, project_id: int, upload_id: str, number: int) -> None:
    """Refuse a part of an upload that takes none, or not this one."""
    upload = store_uploads.find(connection, project_id, upload_id)
    if upload is None or upload.store_id is not None or upload.completed_at is not None:
        raise _not_found(upload_id)
    if not 1 <= number <= upload.part_count:
        raise InvalidValue(f"This upload has the parts 1 to {upload.part_count}, and no {number}.", field="number")


def _chosen(sent: Sequence[StoredPart], there: Sequence[StoredPart], limit: int) -> list[StoredPart]:
    """The parts that were sent as they are there.

    Raises:
        InvalidValue: they do not agree. TooLarge: together they are too much.
    """
    known = {part.number: part for part in there}
    chosen: list[StoredPart] = []
    for part in sorted(sent, key=lambda part: part.number):
        found = known.pop(part.number, None)
        if found is None or found.etag != part.etag:
            why = "has not arrived" if found is None else "is not the one that has this ETag"
            raise InvalidValue(f"The part {part.number} {why}.", field="parts")
        chosen.append(found)
    if not chosen:
        raise MissingValue("parts")
    size = sum(part.size for part in chosen)
    if size > limit:
        raise TooLarge(f"The file has {size} bytes; the limit is {limit}.", field="parts")
    return chosen


def _shown(part: Part) -> StoredPart:
    return StoredPart(part.number, part.sha256.hex(), part.size)


def _not_found(upload_id: str) -> NotFound:
    return NotFound(f"There is no upload {upload_id[:100]!r} of this file; begin a new one.", field="upload_id")
