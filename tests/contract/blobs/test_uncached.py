"""Bytes that go past the page cache are the same bytes, whether or not the file system lets them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shortlist.blobs import uncached
from shortlist.blobs.uncached import BUFFER_BYTES, UncachedWriter

CONTENT = np.random.default_rng(7).bytes(3 * BUFFER_BYTES)


def aligned() -> memoryview:
    """The same bytes from where a disk can read them, as bodies of requests are received."""
    memory = np.empty(len(CONTENT) + 4096, np.uint8)
    address: int = memory.__array_interface__["data"][0]
    view = memoryview(memory)[-address % 4096 :][: len(CONTENT)]  # pyright: ignore[reportArgumentType]
    view[:] = CONTENT
    return view


ALIGNED = aligned()


@contextmanager
def written(path: Path, *, at: int = 0) -> Iterator[UncachedWriter]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    os.lseek(descriptor, at, os.SEEK_SET)
    writer = UncachedWriter(descriptor)
    try:
        yield writer
        writer.flush()
    finally:
        writer.close()
        os.close(descriptor)


@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize("content", [CONTENT, ALIGNED], ids=["anywhere", "aligned"])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, len(CONTENT)), max_size=6))
def test_the_file_is_what_was_written_however_it_was_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | memoryview, cuts: list[int], *, cached: bool
) -> None:
    if cached:
        monkeypatch.setattr(uncached, "_UNCACHED", 0)
    places = sorted(cuts)
    with written(tmp_path / "file") as writer:
        assert not (cached and writer.uncached)
        for start, end in zip([0, *places], places, strict=False):
            writer.write(content[start:end])
    assert (tmp_path / "file").read_bytes() == CONTENT[: places[-1] if places else 0]


def test_a_file_system_that_refuses_gets_the_bytes_through_the_cache(tmp_path: Path) -> None:
    """Here it refuses because no write past the cache may begin at the second byte."""
    with written(tmp_path / "file", at=1) as writer:
        writer.write(CONTENT)
        assert not writer.uncached
    assert (tmp_path / "file").read_bytes() == b"\0" + CONTENT


def test_a_large_file_leaves_no_pages_behind(tmp_path: Path) -> None:
    with written(tmp_path / "file") as writer:
        if not writer.uncached:
            pytest.skip("this file system knows no other way than its cache")
        writer.write(CONTENT)
    with (tmp_path / "file").open("rb") as file, pytest.raises(BlockingIOError):
        os.preadv(file.fileno(), [bytearray(4096)], 0, os.RWF_NOWAIT)
