"""The store on Azure's interface, as Azurite speaks it. By hand: `script/stores` starts one and runs this."""

import asyncio
import base64
import hashlib
import hmac
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from email.utils import formatdate

import httpx
import pytest

from shortlist.blobs.store import PART_BYTES, BlobStore

ENDPOINT = os.environ.get("SHORTLIST_TEST_AZURE", "")
# The account and key that every Azurite has.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

pytestmark = pytest.mark.skipif(not ENDPOINT, reason="SHORTLIST_TEST_AZURE names no Azurite")


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1_000_000):
        yield content[start : start + 1_000_000]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[BlobStore]:
    container = f"box-{uuid.uuid4().hex}"
    _make(container)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", KEY)
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", f"{ENDPOINT}/{ACCOUNT}")
    opened = BlobStore.open(f"az://{container}/prefix")
    yield opened
    opened.close()


def _make(container: str) -> None:
    """Make a container, which obstore cannot: a request signed with the key of the account."""
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
    signed = "".join(f"{name}:{value}\n" for name, value in headers.items())
    text = f"PUT{chr(10) * 12}{signed}/{ACCOUNT}/{ACCOUNT}/{container}\nrestype:container"
    made = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    headers["authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(made).decode()}"
    answer = httpx.put(f"{ENDPOINT}/{ACCOUNT}/{container}", params={"restype": "container"}, headers=headers)
    assert answer.status_code == 201, answer.text


async def _read(store: BlobStore, location: str, start: int, end: int) -> bytes:
    return b"".join([block async for block in await store.open_range(location, start, end)])


async def _listed(store: BlobStore) -> list[tuple[str, int]]:
    return [(item.location, item.size) async for page in store.objects("projects", 2**62) for item in page]


@pytest.mark.parametrize("size", [0, 10, PART_BYTES, 3 * PART_BYTES + 7])
def test_what_went_in_comes_out_until_it_is_deleted(store: BlobStore, runner: asyncio.Runner, size: int) -> None:
    content = os.urandom(size)
    runner.run(store.check())
    stored = runner.run(store.put_stream("projects/1/a", chunks(content), 2**40))
    assert (stored.size, stored.sha256) == (size, hashlib.sha256(content).digest())
    assert runner.run(_read(store, "projects/1/a", 0, size)) == content
    assert runner.run(_read(store, "projects/1/a", size // 3, size // 2)) == content[size // 3 : size // 2]
    assert runner.run(_listed(store)) == [("projects/1/a", size)]
    address = runner.run(store.signed_address("projects/1/a", 60))
    assert address is not None
    assert httpx.get(address).content == content
    runner.run(store.delete(["projects/1/a", "projects/1/not there"]))
    assert runner.run(_listed(store)) == []


@pytest.mark.parametrize("size", [10, 2 * PART_BYTES])
def test_a_source_that_fails_leaves_nothing(store: BlobStore, runner: asyncio.Runner, size: int) -> None:
    async def leaving() -> AsyncIterator[bytes]:
        yield os.urandom(size)
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        runner.run(store.put_stream("projects/1/a", leaving(), 2**40))
    assert runner.run(_listed(store)) == []
