"""What every store promises: all of it or nothing, any range of it, in constant memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence

import httpx
import numpy as np
import pytest

from shortlist.blobs.store import PART_BYTES, READ_BYTES, BlobStore
from shortlist.clock import now_ms
from shortlist.errors import InvalidValue, TooLarge, Unavailable

GIB = 1024 * 1024 * 1024
LATER = 4_000_000_000_000

Kept = Callable[[], list[str]]


def pattern(size: int) -> bytes:
    """Bytes in which every position differs from its neighbours of the next block."""
    return np.arange(size // 4 + 1, dtype=">u4").tobytes()[:size]


async def chunks(content: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def breaking(content: bytes, error: BaseException) -> AsyncIterator[bytes]:
    async for chunk in chunks(content):
        yield chunk
    raise error


async def fetch(store: BlobStore, location: str, start: int, end: int) -> bytes:
    return b"".join([block async for block in await store.open_range(location, start, end)])


SIZES = (0, 1, 100_000, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 12_345)


@pytest.mark.parametrize("size", SIZES)
def test_what_went_in_comes_out(store: BlobStore, runner: asyncio.Runner, size: int) -> None:
    content = pattern(size)
    stored = runner.run(store.put_stream("projects/1/ab/one", chunks(content), GIB))
    assert stored.size == size
    assert stored.sha256 == hashlib.sha256(content).digest()
    assert runner.run(fetch(store, "projects/1/ab/one", 0, size)) == content


def test_one_huge_chunk_is_cut_into_parts(store: BlobStore, runner: asyncio.Runner) -> None:
    content = pattern(3 * PART_BYTES + 7)
    stored = runner.run(store.put_stream("one", chunks(content, len(content)), GIB))
    assert stored.sha256 == hashlib.sha256(content).digest()
    assert runner.run(fetch(store, "one", 0, len(content))) == content


def test_ranges(store: BlobStore, runner: asyncio.Runner) -> None:
    content = pattern(2 * READ_BYTES + 999)
    runner.run(store.put_stream("one", chunks(content), GIB))
    size = len(content)
    cases = [
        (0, 1),
        (5, 5),
        (size - 1, size),
        (READ_BYTES - 1, READ_BYTES + 1),
        (READ_BYTES, 2 * READ_BYTES),
        (17, size),
    ]
    for start, end in cases:
        assert runner.run(fetch(store, "one", start, end)) == content[start:end], (start, end)


def test_a_reader_may_leave_in_the_middle(store: BlobStore, runner: asyncio.Runner) -> None:
    content = pattern(3 * READ_BYTES)
    runner.run(store.put_stream("one", chunks(content), GIB))

    async def first_block() -> bytes:
        stream = await store.open_range("one", 0, len(content))
        block = await anext(stream)
        await stream.aclose()
        return block

    block = runner.run(first_block())
    assert block == content[: len(block)]


@pytest.mark.parametrize("size", [1_000, PART_BYTES + 1, 3 * PART_BYTES])
def test_a_source_that_fails_leaves_nothing(store: BlobStore, kept: Kept, runner: asyncio.Runner, size: int) -> None:
    for error in (ConnectionResetError("the client is gone"), ValueError("of the caller's own")):
        with pytest.raises(type(error)) as caught:
            runner.run(store.put_stream("one", breaking(pattern(size), error), GIB))
        assert caught.value is error
    assert kept() == []


@pytest.mark.parametrize("limit", [999, PART_BYTES + 500_000])
def test_too_many_bytes_leave_nothing(store: BlobStore, kept: Kept, runner: asyncio.Runner, limit: int) -> None:
    with pytest.raises(TooLarge, match=str(limit)):
        runner.run(store.put_stream("one", chunks(pattern(limit + 1)), limit))
    assert kept() == []
    stored = runner.run(store.put_stream("one", chunks(pattern(limit)), limit))
    assert stored.size == limit


def test_a_cancelled_upload_leaves_nothing(store: BlobStore, kept: Kept, runner: asyncio.Runner) -> None:
    async def cancel_in_the_middle() -> None:
        reached = asyncio.Event()

        async def stuck() -> AsyncIterator[bytes]:
            async for chunk in chunks(pattern(2 * PART_BYTES + 1)):
                yield chunk
            reached.set()
            await asyncio.Event().wait()

        upload = asyncio.ensure_future(store.put_stream("one", stuck(), GIB))
        await reached.wait()
        upload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upload

    runner.run(cancel_in_the_middle())
    assert kept() == []


def test_many_at_once(store: BlobStore, runner: asyncio.Runner) -> None:
    contents = [pattern(10_000 + number) for number in range(50)]

    async def put_and_fetch(number: int) -> bytes:
        await store.put_stream(f"many/{number}", chunks(contents[number]), GIB)
        return await fetch(store, f"many/{number}", 0, len(contents[number]))

    async def all_of_them() -> Sequence[bytes]:
        return await asyncio.gather(*(put_and_fetch(number) for number in range(50)))

    assert list(runner.run(all_of_them())) == contents


def test_delete_passes_over_what_is_not_there(store: BlobStore, kept: Kept, runner: asyncio.Runner) -> None:
    for name in ("a", "b"):
        runner.run(store.put_stream(name, chunks(b"content"), GIB))
    runner.run(store.delete(["a", "missing", "b"]))
    runner.run(store.delete([]))
    assert kept() == []


def test_what_is_missing_fails_before_the_first_byte(store: BlobStore, runner: asyncio.Runner) -> None:
    with pytest.raises(Unavailable):
        runner.run(store.open_range("missing", 0, 10))


def test_objects_lists_what_is_old_enough_below_a_prefix(store: BlobStore, runner: asyncio.Runner) -> None:
    for name in ("projects/1/aa/x", "projects/2/bb/y", "elsewhere/z"):
        runner.run(store.put_stream(name, chunks(b"content"), GIB))

    async def listed(prefix: str, before: int) -> list[tuple[str, int]]:
        pages = [page async for page in store.objects(prefix, before)]
        return sorted((item.location, item.size) for page in pages for item in page)

    assert runner.run(listed("projects", LATER)) == [("projects/1/aa/x", 7), ("projects/2/bb/y", 7)]
    assert runner.run(listed("projects/2", LATER)) == [("projects/2/bb/y", 7)]
    assert runner.run(listed("projects", now_ms() - 3_600_000)) == []
    assert runner.run(listed("nothing", LATER)) == []


def test_a_signed_address_gives_out_the_object_to_anybody(store: BlobStore, runner: asyncio.Runner) -> None:
    content = pattern(100_000)
    runner.run(store.put_stream("projects/1/ab/one", chunks(content), GIB))
    address = runner.run(store.signed_address("projects/1/ab/one", 60))
    if store.url.startswith("file:"):
        assert address is None
        assert not store.signs
        return
    assert store.signs
    assert address is not None
    assert httpx.get(address).content == content


def test_check_leaves_no_trace(store: BlobStore, kept: Kept, runner: asyncio.Runner) -> None:
    runner.run(store.check())
    assert kept() == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "artifacts",
        "/var/artifacts",
        "file://relative/folder",
        "memory:///",
        "http://localhost/bucket",
        "s3://",
        "ftp://host/folder",
        "s3:bucket",
    ],
)
def test_a_url_of_no_store_is_refused_by_name(url: str) -> None:
    with pytest.raises(InvalidValue, match="artifacts setting") as caught:
        BlobStore.open(url)
    assert caught.value.field == "artifacts"


def test_a_message_does_not_repeat_a_password() -> None:
    with pytest.raises(InvalidValue) as caught:
        BlobStore.open("ftp://user:hunter2@host/folder")
    assert "hunter2" not in caught.value.message
