"""The artifact proxy: what MLflow's client uploads, lists, downloads and deletes, and what nobody may do."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from shortlist.app import Application
from shortlist.blobs.store import PART_BYTES, BlobStore
from shortlist.errors import Unavailable
from shortlist.http import body as request_body
from tests.cast import Cast
from tests.http.client import Client, Mlflow, refused
from tests.http.conftest import MEMBERS, WRITERS

NOBODY = "f" * 32


class Proxy:
    """The artifacts of one run, as one member of the cast."""

    def __init__(self, client: Client, root: str) -> None:
        self._client = client
        self.base = client.mlflow.files
        self.root = root

    def url(self, path: str) -> str:
        return f"{self.base}/{self.root}/{path}" if path else f"{self.base}/{self.root}"

    def put(self, path: str, content: bytes = b"content", **options: Any) -> httpx.Response:
        return self._client.request("PUT", self.url(path), content=content, **options)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._client.get(
            self.url(path), headers={name.replace("_", "-"): text for name, text in headers.items()}
        )

    def head(self, path: str) -> httpx.Response:
        return self._client.request("HEAD", self.url(path))

    def delete(self, path: str) -> httpx.Response:
        return self._client.request("DELETE", self.url(path))

    def list(self, path: str = "") -> httpx.Response:
        return self._client.get(self.base, params={"path": f"{self.root}/{path}" if path else self.root})


@pytest.fixture
def run_id(mlflow: Mlflow) -> str:
    return mlflow.new_run()


@pytest.fixture
def proxy(rita: Client, run_id: str) -> Proxy:
    return Proxy(rita, "candidate:1")


def ok(response: httpx.Response) -> httpx.Response:
    assert response.status_code == 200, response.text
    return response


def objects(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "artifacts").rglob("*") if path.is_file()]


def test_what_is_uploaded_is_downloaded(proxy: Proxy) -> None:
    assert ok(proxy.put("model/MLmodel", b"flavors: {}\n", headers={"content-type": "text/plain"})).json() == {}
    response = ok(proxy.get("model/MLmodel"))

    assert response.content == b"flavors: {}\n"
    assert response.headers["content-length"] == "12"
    assert response.headers["content-type"] == "text/plain"
    assert response.headers["content-disposition"] == 'attachment; filename="MLmodel"'
    assert response.headers["etag"].strip('"') == hashlib.sha256(response.content).hexdigest()
    assert response.headers["accept-ranges"] == "bytes"


def test_uploaded_bytes_cannot_act_as_a_page(proxy: Proxy) -> None:
    for name in ("page.html", "drawing.svg", "feed.xml"):
        ok(proxy.put(name, b"<script>alert(1)</script>"))
        headers = ok(proxy.get(name)).headers
        assert headers["content-disposition"].startswith("attachment")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("size", [0, 1, PART_BYTES + 4097])
def test_sizes_from_nothing_to_several_parts(proxy: Proxy, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    ok(proxy.put("file.bin", content[:size]))
    assert ok(proxy.get("file.bin")).content == content[:size]


@pytest.mark.parametrize(
    ("encoded", "name", "shown"),
    [
        ("with%20space.txt", "with space.txt", 'attachment; filename="with space.txt"'),
        ("100%25.txt", "100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
        ("%C3%A9t%C3%A9.txt", "été.txt", "attachment; filename=\"_t_.txt\"; filename*=UTF-8''%C3%A9t%C3%A9.txt"),
        ("a%22b.txt", 'a"b.txt', "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"),
    ],
)
def test_names_survive_percent_encoding(proxy: Proxy, encoded: str, name: str, shown: str) -> None:
    ok(proxy.put(encoded))
    assert proxy.list().json() == {"files": [{"path": name, "is_dir": False, "file_size": 7}]}
    assert ok(proxy.get(encoded)).headers["content-disposition"] == shown


def test_a_listing_shows_bare_names_of_one_level(proxy: Proxy) -> None:
    for path in ("a.txt", "d/b.txt", "d/e/c.txt"):
        ok(proxy.put(path))
    ok(proxy.put("empty", b""))

    assert ok(proxy.list()).json() == {
        "files": [
            {"path": "a.txt", "is_dir": False, "file_size": 7},
            {"path": "d", "is_dir": True},
            {"path": "empty", "is_dir": False},
        ]
    }
    names = [file["path"] for file in ok(proxy.list("d")).json()["files"]]
    assert names == ["b.txt", "e"]
    assert ok(proxy.list("d/")).json() == ok(proxy.list("d")).json()
    for nothing in ("a.txt", "missing", "d/missing"):
        assert ok(proxy.list(nothing)).json() == {}


def test_the_root_of_the_proxy_lists_nothing(rita: Client, run_id: str) -> None:
    assert ok(rita.get(rita.mlflow.files)).json() == {}
    assert ok(rita.get(rita.mlflow.files, params={"path": ""})).json() == {}


def test_the_runs_own_listing_shows_paths_below_the_run(proxy: Proxy, mlflow: Mlflow, run_id: str) -> None:
    ok(proxy.put("d/b.txt"))
    assert mlflow.ask("artifacts/list", run_id=run_id) == {
        "root_uri": "mlflow-artifacts:/files/candidate:1",
        "files": [{"path": "d", "is_dir": True}],
    }
    assert mlflow.ask("artifacts/list", run_uuid=run_id, path="d")["files"] == [
        {"path": "d/b.txt", "is_dir": False, "file_size": 7}
    ]
    assert mlflow.ask("artifacts/list", run_id=run_id, path="missing") == {
        "root_uri": "mlflow-artifacts:/files/candidate:1"
    }
    refused(mlflow.get("artifacts/list"), 400, "INVALID_PARAMETER_VALUE", "run_id")
    refused(mlflow.get("artifacts/list", run_id=NOBODY), 404, "RESOURCE_DOES_NOT_EXIST")
    refused(mlflow.get("artifacts/list", run_id=run_id, path="../x"), 400, "INVALID_PARAMETER_VALUE", "path")


def test_the_path_of_a_plain_server_leads_to_the_same_files(proxy: Proxy, rita: Client, run_id: str) -> None:
    dashed = f"{run_id[:8]}-{run_id[8:12]}-{run_id[12:16]}-{run_id[16:20]}-{run_id[20:]}"
    ok(Proxy(rita, f"0/{run_id}/artifacts").put("d/a.txt", b"plain"))
    assert ok(proxy.get("d/a.txt")).content == b"plain"
    assert ok(Proxy(rita, f"0/{dashed}/artifacts").get("d/a.txt")).content == b"plain"
    assert ok(Proxy(rita, f"0/{run_id}/artifacts").list("d")).json() == proxy.list("d").json()
    refused(Proxy(rita, f"7/{run_id}/artifacts").get("d/a.txt"), 404, "RESOURCE_DOES_NOT_EXIST")
    refused(Proxy(rita, f"0/{NOBODY}/artifacts").get("d/a.txt"), 404, "RESOURCE_DOES_NOT_EXIST")


def test_missing_files_and_directories_are_told_apart(proxy: Proxy) -> None:
    ok(proxy.put("d/a.txt"))
    for missing in ("b.txt", "d/b.txt", "d/a.txt/c"):
        refused(proxy.get(missing), 404, "RESOURCE_DOES_NOT_EXIST", "path")
    for directory in ("d", "d/", ""):
        assert "directory" in refused(proxy.get(directory), 400, "INVALID_PARAMETER_VALUE", "path")


@pytest.mark.parametrize("root", ["candidate:2", "candidate:x", "candidate:", "models/1", "1"])
def test_an_unknown_root_is_not_found_and_lists_as_empty(rita: Client, run_id: str, root: str) -> None:
    other = Proxy(rita, root)
    refused(other.put("a.txt"), 404, "RESOURCE_DOES_NOT_EXIST")
    refused(other.get("a.txt"), 404, "RESOURCE_DOES_NOT_EXIST")
    for absent in (other.delete("a.txt"), other.list()):
        assert (absent.status_code, absent.json()) == (200, {})


@pytest.mark.parametrize(
    "path",
    [
        "%2e%2e/candidate:2/a",
        "a/%2e%2e/%2e%2e/b",
        "a/%2E%2E%2Fb",
        "%252e%252e/a",
        "a%5c..%5cb",
        "a%00b",
        "a%01b",
        "a//b",
        "a/%2e/b",
        "x" * 256,
    ],
)
def test_no_path_leads_outside(proxy: Proxy, tmp_path: Path, path: str) -> None:
    for response in (proxy.put(path), proxy.get(path), proxy.delete(path)):
        assert "Invalid path" in refused(response, 400, "INVALID_PARAMETER_VALUE", "path")
    assert objects(tmp_path) == []


def test_a_file_cannot_be_a_directory(proxy: Proxy) -> None:
    ok(proxy.put("a"))
    refused(proxy.put("a/b"), 400, "INVALID_PARAMETER_VALUE", "path")
    assert ok(proxy.get("a")).content == b"content"
    for root in ("", "d/"):
        refused(proxy.put(root), 400, "INVALID_PARAMETER_VALUE", "path")


def test_deleting_a_file_or_a_tree_and_what_is_not_there(proxy: Proxy) -> None:
    for path in ("a", "d/b", "d/c/e"):
        ok(proxy.put(path))
    assert ok(proxy.delete("d")).json() == {}
    assert [file["path"] for file in proxy.list().json()["files"]] == ["a"]
    assert ok(proxy.delete("missing")).json() == {}
    ok(proxy.delete(""))
    assert proxy.list().json() == {}
    refused(proxy.get("a"), 404, "RESOURCE_DOES_NOT_EXIST")


def test_a_deleted_run_can_be_read_and_emptied_but_not_written(proxy: Proxy, mlflow: Mlflow, run_id: str) -> None:
    ok(proxy.put("a"))
    mlflow.call("runs/delete", run_id=run_id)
    refused(proxy.put("b"), 400, "INVALID_PARAMETER_VALUE")
    assert ok(proxy.get("a")).content == b"content"
    ok(proxy.delete(""))
    assert proxy.list().json() == {}


def test_a_second_upload_replaces_the_first(proxy: Proxy) -> None:
    ok(proxy.put("a", b"old"))
    ok(proxy.put("a", b"newer"))
    assert ok(proxy.get("a")).content == b"newer"
    assert proxy.list().json() == {"files": [{"path": "a", "is_dir": False, "file_size": 5}]}


CONTENT = bytes(range(100))


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, 100),
        ("bytes=-10", 90, 100),
        ("bytes=-1000", 0, 100),
        ("bytes=90-1000", 90, 100),
        ("bytes=99-99", 99, 100),
    ],
)
def test_a_range(proxy: Proxy, wanted: str, start: int, end: int) -> None:
    ok(proxy.put("a.bin", CONTENT))
    response = proxy.get("a.bin", range=wanted)
    assert response.status_code == 206
    assert response.content == CONTENT[start:end]
    assert response.headers["content-range"] == f"bytes {start}-{end - 1}/100"
    assert response.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "bytes=9-3", "bytes=-", "lines=1-2", "bytes=a-b", "nonsense"])
def test_a_range_that_is_not_one_is_ignored(proxy: Proxy, wanted: str) -> None:
    ok(proxy.put("a.bin", CONTENT))
    assert ok(proxy.get("a.bin", range=wanted)).content == CONTENT


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_range_beyond_the_end_is_416(proxy: Proxy, wanted: str) -> None:
    ok(proxy.put("a.bin", CONTENT))
    response = proxy.get("a.bin", range=wanted)
    refused(response, 416, "RANGE_NOT_SATISFIABLE", "Range")
    assert response.headers["content-range"] == "bytes */100"


def test_conditions(proxy: Proxy) -> None:
    ok(proxy.put("a.bin", CONTENT))
    etag = proxy.get("a.bin").headers["etag"]
    for condition in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = proxy.get("a.bin", if_none_match=condition)
        assert response.status_code == 304
        assert response.content == b""
        assert response.headers["etag"] == etag
    assert ok(proxy.get("a.bin", if_none_match='"other"')).content == CONTENT
    assert proxy.get("a.bin", range="bytes=0-1", if_range=etag).status_code == 206
    assert ok(proxy.get("a.bin", range="bytes=0-1", if_range='"other"')).content == CONTENT


def test_head_says_what_get_would(proxy: Proxy) -> None:
    ok(proxy.put("a.bin", CONTENT))
    head, get = ok(proxy.head("a.bin")), proxy.get("a.bin")
    assert head.content == b""
    for name in ("content-length", "etag", "content-type", "content-disposition", "accept-ranges"):
        assert head.headers[name] == get.headers[name]


def test_a_body_shorter_than_announced_stores_nothing(proxy: Proxy, tmp_path: Path) -> None:
    for announced in ("100", str(2 * PART_BYTES)):
        refused(
            proxy.put("a", headers={"content-length": announced}), 400, "INVALID_PARAMETER_VALUE", "Content-Length"
        )
    assert proxy.list().json() == {}
    assert objects(tmp_path) == []


def test_a_body_over_the_limit_is_refused_before_it_is_read(
    proxy: Proxy, application: Application, tmp_path: Path
) -> None:
    too_many = str(application.services.settings.max_file_bytes + 1)
    refused(proxy.put("a", headers={"content-length": too_many}), 413, "PAYLOAD_TOO_LARGE", "Content-Length")
    assert objects(tmp_path) == []


def test_two_writers_of_one_path_leave_one_whole_file(
    application: Application, cast: Cast, runner: asyncio.Runner, proxy: Proxy
) -> None:
    contents = [bytes([number]) * 5000 for number in range(8)]
    headers = {"authorization": f"Bearer {cast.token('rita')}"}

    async def body(content: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]
            await asyncio.sleep(0)

    async def write_all() -> list[int]:
        transport = httpx.ASGITransport(app=application.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:5000", headers=headers) as client:
            answers = await asyncio.gather(
                *(client.put(proxy.url("a"), content=body(content)) for content in contents)
            )
        return [answer.status_code for answer in answers]

    assert runner.run(write_all()) == [200] * 8
    assert ok(proxy.get("a")).content in contents
    assert proxy.list().json() == {"files": [{"path": "a", "is_dir": False, "file_size": 5000}]}


def test_a_file_that_drips_is_given_up_and_leaves_nothing(
    application: Application, cast: Cast, runner: asyncio.Runner, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_body, "PATIENCE_SECONDS", 0.02)
    headers = {"authorization": f"Bearer {cast.token('rita')}"}

    async def drips() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    async def write() -> httpx.Response:
        transport = httpx.ASGITransport(app=application.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:5000", headers=headers) as client:
            return await client.put(proxy.url("a"), content=drips())

    answer = runner.run(write())
    assert (answer.status_code, answer.json()["message"]) == (400, "The body came too slowly.")
    assert proxy.list().json() == {}


def test_a_store_that_is_down_is_503_and_commits_nothing(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    large = bytes(100_000)  # small ones do not need the store
    ok(proxy.put("before", large))

    async def down(*_arguments: object) -> None:
        raise Unavailable("The artifact store is not available at the moment; nothing was changed. Try again.")

    with monkeypatch.context() as patch:
        patch.setattr(BlobStore, "put_stream", down)
        patch.setattr(BlobStore, "open_range", down)
        response = proxy.put("after", large)
        refused(response, 503, "TEMPORARILY_UNAVAILABLE")
        assert response.headers["retry-after"]
        refused(proxy.get("before"), 503, "TEMPORARILY_UNAVAILABLE")
    assert [file["path"] for file in proxy.list().json()["files"]] == ["before"]


@pytest.mark.parametrize("name", MEMBERS)
def test_who_may_do_what(as_member: Callable[[str], Client], proxy: Proxy, run_id: str, name: str) -> None:
    """Readers read, writers write; an outsider cannot tell the project from one that does not exist."""
    ok(proxy.put("a"))
    client = as_member(name)
    theirs = Proxy(client, "candidate:1")
    reads = [theirs.get("a"), theirs.list(), client.mlflow.get("artifacts/list", run_id=run_id)]
    writes = [theirs.put("b"), theirs.delete("b")]
    may_write = (*WRITERS, "ada")
    if name in may_write:
        expected = (200, 200)
    else:
        expected = {"gwen": (200, 403), "otto": (404, 404), "anonymous": (401, 401)}[name]
    assert [response.status_code for response in reads] == [expected[0]] * 3
    assert [response.status_code for response in writes] == [expected[1]] * 2
    if name not in may_write:
        assert [file["path"] for file in proxy.list().json()["files"]] == ["a"]


def test_a_number_of_another_project_is_not_ours(proxy: Proxy, as_member: Callable[[str], Client], cast: Cast) -> None:
    """otto's first candidate has the same number; the project in the address decides whose it is."""
    ok(proxy.put("a", b"rita's"))
    otto = as_member("otto")
    base = f"/api/v4/projects/{cast.other_project.replace('/', '%2F')}/ml/mlflow/api/2.0"
    created = otto.post(f"{base}/mlflow/runs/create", {"experiment_id": "0"})
    assert created.json()["run"]["info"]["artifact_uri"] == "mlflow-artifacts:/files/candidate:1"
    refused(otto.get(f"{base}/mlflow-artifacts/artifacts/candidate:1/a"), 404, "RESOURCE_DOES_NOT_EXIST")
    ok(otto.request("PUT", f"{base}/mlflow-artifacts/artifacts/candidate:1/a", content=b"otto's"))
    assert ok(proxy.get("a")).content == b"rita's"


def test_an_address_that_a_client_encoded_twice_is_understood(rita: Client, mlflow: Mlflow) -> None:
    """Older clients name images `cat%step%0`, which makes their HTTP library encode the whole address once more."""
    mlflow.new_run()
    twice = f"{mlflow.files}/candidate:1/images/cat%25step%250%25x.png".replace("%2F", "%252F")
    assert "%252F" in twice
    assert rita.request("PUT", twice, content=b"png").status_code == 200
    listed = mlflow._client.get(mlflow.files, params={"path": "candidate:1/images"}).json()["files"]
    assert [item["path"] for item in listed] == ["cat%step%0%x.png"]
