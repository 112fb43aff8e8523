"""Whether the bytes of stored files are where the database says."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from enum import StrEnum

import msgspec
from sqlalchemy import Connection

from shortlist.blobs.store import BlobStore
from shortlist.db.database import Database
from shortlist.health.types import Finding, ok, problem
from shortlist.packages import store, store_contents
from shortlist.packages.locations import of_content
from shortlist.packages.types import Kept

_SAMPLE, _SAMPLED_PROJECTS = 100, 20
_PAGE, _AT_ONCE = 500, 16
_HASH_BYTES = 32

Looked = Callable[[int], None]


class Look(StrEnum):
    """How much is looked at: some files, each one, or every byte of each one."""

    SAMPLE = "sample"
    EACH = "each"
    BYTES = "bytes"


class _Lost(msgspec.Struct, frozen=True):
    project_id: int
    content: Kept
    how: str


async def contents(opened: Database, blobs: BlobStore, look: Look, looked: Looked) -> Sequence[Finding]:
    """Looks at contents that a file shows; `looked` hears how many it has looked at.

    Raises:
        Unavailable: the database or the store failed.
    """
    count, in_store, lost = 0, 0, list[_Lost]()
    async for project_id, page in _pages(opened, look):
        for first in range(0, len(page), _AT_ONCE):
            some = page[first : first + _AT_ONCE]
            hows = await asyncio.gather(*(_how_lost(blobs, one, look) for one in some))
            lost += [_Lost(project_id, one, how) for one, how in zip(some, hows, strict=True) if how]
        count += len(page)
        in_store += sum(_is_in_store(one) for one in page)
        looked(count)
    if not count:
        return [ok("contents", "No file is stored yet.")]
    if lost:
        return [problem("contents", _sentence(opened, lost, count, in_store))]
    if look is Look.SAMPLE:
        return [
            ok(
                "contents",
                f"{_files(count)} that {'was' if count == 1 else 'were'} looked at: in place. --files: all.",
            )
        ]
    read = ", and what was written" if look is Look.BYTES else ""
    return [ok("contents", f"{_files(count)}: each in its place, of its size{read}.")]


async def _pages(opened: Database, look: Look) -> AsyncIterator[tuple[int, list[Kept]]]:
    """A project and some of its contents: all of them in turn, or a few of a few projects."""
    projects = await opened.read(store.projects_with_content)
    if look is Look.SAMPLE and projects:
        chosen = random.sample(projects, min(len(projects), _SAMPLED_PROJECTS))
        for project_id in chosen:
            # Hashes are spread evenly, so those after any place are as good as drawn.
            yield project_id, await _some(opened, project_id, -(-_SAMPLE // len(chosen)))
        return
    for project_id in projects:
        after = b""
        while page := await _after(opened, project_id, after, _PAGE):
            yield project_id, page
            after = page[-1].sha256


async def _some(opened: Database, project_id: int, count: int) -> list[Kept]:
    found = await _after(opened, project_id, secrets.token_bytes(_HASH_BYTES), count)
    if len(found) < count:
        known = {one.sha256 for one in found}
        found += [one for one in await _after(opened, project_id, b"", count) if one.sha256 not in known]
    return found[:count]


async def _after(opened: Database, project_id: int, sha256: bytes, limit: int) -> list[Kept]:
    return await opened.read(lambda connection: store_contents.shown_after(connection, project_id, sha256, limit))


async def _how_lost(blobs: BlobStore, content: Kept, look: Look) -> str:
    """What is wrong with a content; nothing for one that is in its place."""
    if not _is_in_store(content):
        size = content.in_database
    elif look is Look.BYTES:
        stored = await blobs.digest(content.location)
        if stored is not None and stored.size == content.size and stored.sha256 != content.sha256:
            return "has other bytes"
        size = None if stored is None else stored.size
    else:
        size = await blobs.size(content.location)
    if size is None:
        return "is gone"
    return "" if size == content.size else f"has {size} bytes instead of {content.size}"


def _is_in_store(content: Kept) -> bool:
    return of_content(content.location) is None


def _sentence(opened: Database, lost: Sequence[_Lost], count: int, in_store: int) -> str:
    shown = "; ".join(opened.read_now(lambda connection: list(_named(connection, lost[:3]))))
    more = f"; and {len(lost) - 3} more" if len(lost) > 3 else ""
    text = f"Of {_files(count)} that were looked at, {len(lost)} cannot be read: {shown}{more}."
    if 1 < in_store == sum(_is_in_store(one.content) for one in lost):
        return f"{text} It is probably not the store of this database: check SHORTLIST_ARTIFACTS."
    return f"{text} `shortlist backup repair PLACE` brings back what a backup has."


def _named(connection: Connection, lost: Sequence[_Lost]) -> Iterator[str]:
    for one in lost:
        place = store_contents.a_place(connection, one.project_id, one.content.sha256)
        if place is not None:
            path, package, version, file = place
            yield f"{file} of {package}/{version} in {path} {one.how}"


def _files(count: int) -> str:
    return f"{count} stored file{'' if count == 1 else 's'}"
