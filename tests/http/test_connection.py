"""What comes over a socket as no well-behaved client sends it, and how a connection ends."""

import os
import re
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from shortlist.http.connection import MOST_HEAD_BYTES
from tests.cli.test_tls import certificate
from tests.http.raw import Raw
from tests.live import TOKEN, LiveServer, live_server

FILES = "/api/2.0/mlflow-artifacts/artifacts/candidate:1"
# More than the buffers of both ends of a loopback socket hold.
LARGE = os.urandom(24 * 1024 * 1024)
AUTHORIZED = f"Authorization: Bearer {TOKEN}\r\n"
VERSION = "GET /version HTTP/1.1\r\nHost: localhost\r\n"


def put_a_file(client: httpx.Client) -> None:
    assert client.post("/api/2.0/mlflow/runs/create", json={"experiment_id": "0"}).status_code == 200
    assert client.put(f"{FILES}/large", content=LARGE).status_code == 200


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("connection")) as started:
        with started.client() as client:
            put_a_file(client)
        yield started


@pytest.fixture
def raw(server: LiveServer) -> Iterator[Raw]:
    with Raw(server.url) as opened:
        yield opened


REFUSED = {
    "many headers": VERSION + "".join(f"X-{number}: 1\r\n" for number in range(120)) + "\r\n",
    "garbage": "\x00\x01\x02 hello\r\n\r\n",
    "bytes in the address": "GET /ä HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bytes in the query": "GET /version?a=ä HTTP/1.1\r\nHost: localhost\r\n\x00\r\n\r\n",
    "two ends of a body": "POST /version HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": "POST /version HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a folded header": VERSION + "X-Long: one\r\n two\r\n\r\n",
    "line feeds alone": VERSION.replace("\r", "") + "\n",
    "a space before the colon": VERSION + "Content-Length : 5\r\n\r\nhello",
    "another protocol's address": "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no length": "POST /version HTTP/1.1\r\nHost: localhost\r\nContent-Length: five\r\n\r\n",
    "a chunk without a length": "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\n"
    "Transfer-Encoding: chunked\r\n\r\nhello\r\n",
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_request_is_refused_and_ends_the_connection(raw: Raw, sent: str) -> None:
    raw.send(sent.encode("latin-1"))
    answer = raw.answer()
    assert 400 <= answer.status < 500
    assert answer.headers["connection"] == "close"
    assert raw.rest() == b""


def test_a_head_has_a_limit(raw: Raw) -> None:
    begun = VERSION + "X-Long: "
    assert raw.ask(VERSION + "\r\n" + begun).status == 200  # so it has read what was begun
    raw.send(b"a" * (MOST_HEAD_BYTES + 1))
    assert raw.answer().status == 400
    assert raw.rest() == b""


def test_requests_sent_at_once_are_answered_in_their_order(raw: Raw) -> None:
    paths = ["/version", "/health", "/api/v1/session", "/version"]
    raw.send("".join(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n" for path in paths))
    answers = [raw.answer() for _ in paths]
    assert [answer.status for answer in answers] == [200, 200, 200, 200]
    assert len({answer.body for answer in answers[:3]}) == 3
    assert answers[0].body == answers[3].body


# The second has more requests at once than anybody needs.
@pytest.mark.parametrize("nonsense", ["nonsense\r\n\r\n", (VERSION + "\r\n") * 2000], ids=["garbage", "too many"])
def test_what_is_refused_does_not_overtake_the_answers_to_those_before(raw: Raw, nonsense: str) -> None:
    raw.send(VERSION + "\r\n" + VERSION + "\r\n" + nonsense)
    assert [raw.answer().status for _ in range(2)] == [200, 200]
    assert raw.rest().count(b"HTTP/1.1 200") < 1000


def test_the_older_protocol_ends_where_the_connection_does(raw: Raw) -> None:
    raw.send("GET /version HTTP/1.0\r\nHost: localhost\r\n\r\n")
    answer = raw.answer()
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert raw.rest() == b""


CREATE = "POST /api/2.0/mlflow/runs/create HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
NEW_RUN = '{"experiment_id": "0"}'


def test_a_client_that_asks_for_it_hears_that_it_may_send(raw: Raw) -> None:
    raw.send(f"{CREATE}{AUTHORIZED}Expect: 100-continue\r\nContent-Length: {len(NEW_RUN)}\r\n\r\n")
    assert raw.head().status == 100
    assert raw.ask(NEW_RUN).status == 200


def test_one_that_may_not_hears_that_first(raw: Raw) -> None:
    raw.send(
        f"PUT {FILES}/mine HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1000000000\r\n\r\n"
    )
    answer = raw.answer()
    assert (answer.status, answer.headers["connection"]) == (401, "close")
    assert raw.rest() == b""


@pytest.mark.parametrize("protocol", ["h2c", "websocket"])
def test_another_protocol_is_not_taken_up(raw: Raw, protocol: str) -> None:
    proposed = f"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {protocol}\r\nHTTP2-Settings: AAMAAABk\r\n"
    head = f"{CREATE}{AUTHORIZED}{proposed}Content-Length: {len(NEW_RUN)}\r\n\r\n"
    raw.send(head + NEW_RUN + head)  # a body that follows at once, and one that comes later
    assert raw.answer().status == 200
    raw.send(NEW_RUN + VERSION + "\r\n")
    assert [raw.answer().status for _ in range(2)] == [200, 200]
    hidden = "DELETE /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
    raw.send(VERSION + proposed + f"Content-Length: {len(hidden)}\r\n\r\n" + hidden)
    assert raw.answer().status == 200
    assert raw.ask(VERSION + "\r\n").status == 200


def test_a_connection_ends_when_its_client_says_so(raw: Raw) -> None:
    raw.send(VERSION + "Connection: close\r\n\r\n")
    assert raw.answer().headers["connection"] == "close"
    assert raw.rest() == b""


def test_a_head_without_its_body(raw: Raw) -> None:
    raw.send(f"HEAD {FILES}/large HTTP/1.1\r\nHost: localhost\r\n{AUTHORIZED}\r\n" + VERSION + "\r\n")
    head = raw.answer(bodiless=True)
    assert (head.status, head.headers["content-length"]) == (200, str(len(LARGE)))
    assert raw.answer().status == 200


def test_a_body_in_chunks_whose_trailers_are_no_headers(raw: Raw) -> None:
    head = f"{CREATE}Transfer-Encoding: chunked\r\n"
    chunks = '8\r\n{"experi\r\ne;name=value\r\nment_id": "0"}\r\n0\r\n'
    assert raw.ask(f"{head}{AUTHORIZED}\r\n{chunks}\r\n").status == 200
    assert raw.ask(f"{head}\r\n{chunks}{AUTHORIZED}\r\n").status == 401
    assert raw.ask(VERSION + "\r\n").status == 200


def test_what_is_beside_a_body_has_a_limit(raw: Raw) -> None:
    raw.send(VERSION + f"\r\n{CREATE}{AUTHORIZED}Transfer-Encoding: chunked\r\n\r\n0\r\nX-Long: ")
    assert raw.answer().status == 200  # so it has read what was begun
    raw.send(b"a" * (MOST_HEAD_BYTES + 1))
    assert raw.answer().status == 400
    assert raw.rest() == b""


def test_a_body_that_nobody_wants(raw: Raw) -> None:
    head = f"PUT {FILES}/mine HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(LARGE)}\r\n\r\n".encode()
    raw.send(head + LARGE)
    assert raw.answer().status == 401
    assert raw.ask(VERSION + "\r\n").status == 200


def download(raw: Raw) -> None:
    raw.send(f"GET {FILES}/large HTTP/1.1\r\nHost: localhost\r\n{AUTHORIZED}\r\n")


def test_a_client_that_takes_its_time_gets_all_of_a_file(server: LiveServer, raw: Raw) -> None:
    download(raw)
    head = raw.head()
    assert head.status == 200
    with Raw(server.url) as other:  # both are served meanwhile
        download(other)
        assert other.answer().body == LARGE
        assert other.ask(VERSION + "\r\n").status == 200
    assert raw.body(head) == LARGE
    assert raw.ask(VERSION + "\r\n").status == 200


def test_a_client_that_goes_leaves_nothing_behind(server: LiveServer) -> None:
    process = psutil.Process(server.process.pid)
    with Raw(server.url) as idle:
        assert idle.ask(VERSION + "\r\n").status == 200
        before = process.num_fds()
        for _ in range(20):
            with Raw(server.url) as opened:
                download(opened)
                assert opened.head().status == 200
        until(lambda: process.num_fds() <= before)
        with server.client() as client:
            until(lambda: running(client.get("/-/metrics").text) == 1)
    assert not [line for line in server.output if "request failed" in line]


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "it never came"


def running(text: str) -> float:
    found = re.search(r"^\w*requests_running\S* (\S+)$", text, re.MULTILINE)
    assert found is not None, text
    return float(found[1])


def test_a_server_that_stops_sends_what_it_began(tmp_path: Path) -> None:
    """Over TLS, where no part of a file goes by the kernel, and where another client keeps a connection open."""
    files = certificate(tmp_path)
    trust = ssl.create_default_context(cafile=str(files[0]))
    with live_server(tmp_path / "data", tls_certificate=str(files[0]), tls_key=str(files[1])) as server:
        with httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {TOKEN}"}, verify=trust) as client:
            put_a_file(client)
        with Raw(server.url, trust) as idle, Raw(server.url, trust) as opened:
            assert idle.ask(VERSION + "\r\n").status == 200
            download(opened)
            head = opened.head()
            began = time.monotonic()
            server.process.terminate()
            assert opened.body(head) == LARGE
            assert server.process.wait(timeout=30) == 0
            assert time.monotonic() - began < 15
            assert idle.rest() == b""
    assert not [line for line in server.output if "still running" in line]
