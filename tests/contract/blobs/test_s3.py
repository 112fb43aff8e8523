"""What is particular to S3: what its refusals mean, and an endpoint that is down."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from shortlist.blobs import connect
from shortlist.blobs.store import PART_BYTES, BlobStore
from shortlist.errors import InvalidValue, Unavailable
from tests.s3 import S3Server, s3_server


@pytest.fixture
def environment(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up at once, so that a test of a store that is down does not wait for it."""
    monkeypatch.setitem(connect._RETRY, "max_retries", 1)
    monkeypatch.setitem(connect._RETRY, "retry_timeout", timedelta(seconds=1))


def test_a_bucket_that_does_not_exist_is_a_wrong_setting(
    environment: pytest.MonkeyPatch, runner: asyncio.Runner
) -> None:
    with pytest.raises(InvalidValue, match="cannot be written") as caught:
        runner.run(BlobStore.open("s3://no-such-bucket").check())
    assert caught.value.field == "artifacts"


def test_a_wrong_key_is_a_wrong_setting(s3: S3Server, environment: pytest.MonkeyPatch, runner: asyncio.Runner) -> None:
    environment.setenv("AWS_ACCESS_KEY_ID", "somebody-else")
    with pytest.raises(InvalidValue, match="cannot be written"):
        runner.run(BlobStore.open(s3.url("key")).check())


async def pieces(number: int) -> AsyncIterator[bytes]:
    for _ in range(number):
        yield bytes(PART_BYTES)


def test_a_server_that_is_down_is_unavailable(
    environment: pytest.MonkeyPatch, impatient: None, runner: asyncio.Runner, tmp_path: Path
) -> None:
    """The check, a small upload, a large one that was on its way, a download and a deletion all say so."""
    with s3_server(tmp_path / "s3") as server:
        environment.setenv("AWS_ENDPOINT_URL", server.endpoint)
        store = BlobStore.open(server.url("down"))
        runner.run(store.put_stream("one", pieces(1), 10 * PART_BYTES))

        async def dying() -> AsyncIterator[bytes]:
            async for piece in pieces(2):
                yield piece
            server.stop()
            async for piece in pieces(2):
                yield piece

        with pytest.raises(Unavailable):
            runner.run(store.put_stream("two", dying(), 10 * PART_BYTES))
        for attempt in (
            store.check(),
            store.put_stream("three", pieces(1), 10 * PART_BYTES),
            store.open_range("one", 0, 10),
            store.delete(["one"]),
        ):
            with pytest.raises(Unavailable):
                runner.run(attempt)  # pyright: ignore[reportUnknownArgumentType, reportArgumentType]
        store.close()
