"""An object store that is slow, breaks off half-way, or answers with errors: 503, and nothing half done."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from shortlist.app import Application, build
from shortlist.blobs import connect
from shortlist.blobs.store import READ_BYTES
from shortlist.settings import Settings
from tests.faults.proxy import Proxy, proxy
from tests.http.client import Client
from tests.live import PASSWORD, TOKEN
from tests.s3 import S3Server, s3_server

MIB = 1024 * 1024
FILES = "/api/2.0/mlflow-artifacts/artifacts"
_ERROR = b"<Error><Code>%s</Code><Message>Try again.</Message></Error>"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tuple[S3Server, Proxy]]:
    with s3_server(tmp_path / "s3") as server, proxy([int(server.endpoint.rpartition(":")[2])]) as between:
        yield server, between


@pytest.fixture
def root(tmp_path: Path, store: tuple[S3Server, Proxy], monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    server, between = store
    monkeypatch.setitem(connect._RETRY, "max_retries", 1)
    monkeypatch.setitem(connect._RETRY, "retry_timeout", timedelta(seconds=1))
    for name, value in {**server.environment, "AWS_ENDPOINT_URL": between.url}.items():
        monkeypatch.setenv(name, value)
    settings = Settings(
        data=tmp_path, artifacts=server.url("a"), root_password=PASSWORD, root_token=TOKEN, log_format="json"
    )
    built: Application = build(settings)
    with asyncio.Runner() as runner:
        client = Client(built.asgi, runner, TOKEN, "root/default")
        client.mlflow.new_run()
        yield client
    built.close()


def put(root: Client, name: str, content: bytes) -> httpx.Response:
    return root.request("PUT", f"{FILES}/candidate:1/{name}", content=content)


def get(root: Client, name: str) -> httpx.Response:
    return root.get(f"{FILES}/candidate:1/{name}")


def names(root: Client) -> list[str]:
    listed = root.get(FILES, params={"path": "candidate:1"}).json()["files"]
    return [item["path"] for item in listed]


def test_a_slow_store_only_takes_longer(root: Client, store: tuple[S3Server, Proxy]) -> None:
    store[1].delay = 0.02
    content = bytes(range(256)) * 12 * 1024
    assert put(root, "slow", content).status_code == 200
    assert get(root, "slow").content == content


def test_a_store_that_breaks_off_gives_no_half_file(root: Client, store: tuple[S3Server, Proxy]) -> None:
    between = store[1]
    content = bytes(range(256)) * 48 * 1024
    assert put(root, "before", content).status_code == 200

    between.most_answered = MIB
    assert get(root, "before").status_code == 503
    between.most_answered = READ_BYTES + MIB
    cut = get(root, "before")
    # The head was sent before the store broke off: the client misses bytes of the length that it was told.
    assert int(cut.headers["content-length"]) == len(content) > len(cut.content)
    assert between.broken

    between.most_answered, between.most_sent = None, 3 * MIB
    for size in (4 * MIB, 12 * MIB):
        answer = put(root, "after", b"y" * size)
        assert (answer.status_code, answer.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
        assert answer.headers["retry-after"]
    assert names(root) == ["before"]

    between.most_sent = None
    assert put(root, "after", content + b"y").status_code == 200
    assert get(root, "after").content == content + b"y"
    assert get(root, "before").content == content


@pytest.mark.parametrize(
    ("status", "code"), [(b"500 Internal Server Error", b"InternalError"), (b"503 Slow Down", b"SlowDown")]
)
def test_errors_of_the_store_are_503(root: Client, store: tuple[S3Server, Proxy], status: bytes, code: bytes) -> None:
    assert put(root, "before", b"x" * MIB).status_code == 200
    body = _ERROR % code
    store[1].refusal = b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(body), body)
    for answer in (put(root, "after", b"y" * MIB), put(root, "after", b"y" * 12 * MIB), get(root, "before")):
        assert (answer.status_code, answer.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE"), answer.text
        assert answer.headers["retry-after"]
    store[1].refusal = None
    assert names(root) == ["before"]
    assert put(root, "after", b"again").status_code == 200
    assert get(root, "after").content == b"again"
