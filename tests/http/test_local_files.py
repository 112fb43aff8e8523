"""Large files that the server sends by itself from a folder: the same answer, whatever happens on the way."""

import asyncio
import hashlib
import http.client
import os
from pathlib import Path

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from shortlist.app import Application
from shortlist.blobs.store import READ_BYTES
from tests.cast import Cast
from tests.http.client import Client, refused
from tests.live import TOKEN, LiveServer, live_server

FILES = "/api/2.0/mlflow-artifacts/artifacts/candidate:1"
# More than the buffers of both ends of a loopback socket hold.
LARGE = os.urandom(32 * 1024 * 1024)


def stored(folder: Path) -> list[Path]:
    return [path for path in (folder / "artifacts").rglob("*") if path.is_file()]


def test_a_large_file_is_whole_also_when_it_is_deleted_and_the_server_stops(tmp_path: Path) -> None:
    with live_server(tmp_path) as server, server.client() as client:
        assert client.post("/api/2.0/mlflow/runs/create", json={"experiment_id": "0"}).status_code == 200
        assert client.put(f"{FILES}/large.bin", content=LARGE).status_code == 200
        check_answers(client)
        with server.client(token=None) as nobody:
            assert nobody.get(f"{FILES}/large.bin").status_code == 401

        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
        connection.request("GET", f"{FILES}/large.bin", headers={"authorization": f"Bearer {TOKEN}"})
        answer = connection.getresponse()
        received = answer.read(1000)
        (file,) = stored(tmp_path)
        file.unlink()
        server.process.terminate()
        while not closes(server):
            pass
        assert server.process.poll() is None
        received += answer.read()
        connection.close()
        assert received == LARGE
        assert server.process.wait(timeout=30) == 0


def check_answers(client: httpx.Client) -> None:
    whole = client.get(f"{FILES}/large.bin")
    assert (whole.status_code, whole.content == LARGE) == (200, True)
    half = len(LARGE) // 2
    for start, end in ((0, half), (half, len(LARGE))):
        part = client.get(f"{FILES}/large.bin", headers={"range": f"bytes={start}-{end - 1}"})
        assert (part.status_code, part.content == LARGE[start:end]) == (206, True)
    own = ("date", "server", "x-request-id")
    head = client.head(f"{FILES}/large.bin")
    same = [{name: text for name, text in answer.headers.items() if name not in own} for answer in (head, whole)]
    assert same[0] == same[1]
    assert whole.headers["etag"] == f'"{hashlib.sha256(LARGE).hexdigest()}"'
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["content-security-policy"].startswith("sandbox")
    assert client.get(f"{FILES}/large.bin", headers={"if-none-match": whole.headers["etag"]}).status_code == 304


def closes(server: LiveServer) -> bool:
    """Whether it has begun to stop: it closes each connection after its answer."""
    return httpx.get(f"{server.url}/health", timeout=60).headers.get("connection") == "close"


class Sending:
    """An application on a server that sends files: `sent` is which."""

    def __init__(self, application: Application) -> None:
        self._application = application.asgi
        self.sent: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.pathsend":
                self.sent.append(message["path"])
                message = {
                    "type": "http.response.body",
                    "body": await asyncio.to_thread(Path(message["path"]).read_bytes),
                }
            await send(message)

        await self._application({**scope, "extensions": {"http.response.pathsend": {}}}, receive, sending)


@pytest.fixture
def sending(application: Application) -> Sending:
    return Sending(application)


@pytest.fixture
def sent_to(sending: Sending, cast: Cast, runner: asyncio.Runner) -> Client:
    """The reporter, on a server that sends files, with a large one and one of a single block."""
    client = Client(sending, runner, cast.token("rita"), cast.project)
    client.mlflow.new_run()
    for name, content in (("large", LARGE), ("small", LARGE[:READ_BYTES])):
        answer = client.request("PUT", f"{client.mlflow.files}/candidate:1/{name}", content=content)
        assert answer.status_code == 200
    return client


ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])


@ON_SQLITE
def test_only_whole_large_files_are_sent_by_the_server(sending: Sending, sent_to: Client, database_kind: str) -> None:
    address = f"{sent_to.mlflow.files}/candidate:1"
    assert sent_to.get(f"{address}/small").content == LARGE[:READ_BYTES]
    assert sent_to.request("HEAD", f"{address}/large").status_code == 200
    assert sent_to.get(f"{address}/large", headers={"range": "bytes=0-"}).status_code == 206
    etag = f'"{hashlib.sha256(LARGE).hexdigest()}"'
    assert sent_to.get(f"{address}/large", headers={"if-none-match": etag}).status_code == 304
    assert sending.sent == []
    assert sent_to.get(f"{address}/large").content == LARGE
    assert len(sending.sent) == 1


@ON_SQLITE
@pytest.mark.parametrize("left", [None, 1000], ids=["missing", "short"])
def test_a_file_that_is_not_whole_is_no_success(
    sending: Sending, sent_to: Client, tmp_path: Path, left: int | None, database_kind: str
) -> None:
    (file,) = (path for path in stored(tmp_path) if path.stat().st_size == len(LARGE))
    if left is None:
        file.unlink()
    else:
        os.truncate(file, left)
    answer = sent_to.get(f"{sent_to.mlflow.files}/candidate:1/large")
    refused(answer, 503, "TEMPORARILY_UNAVAILABLE")
    assert answer.headers["retry-after"]
    assert sending.sent == []
