"""Downloads for the browser: the same bytes and headers, shown in place only where that is safe."""

import hashlib
import io
import zipfile
from collections.abc import Callable

import httpx
import pytest

from tests.cast import Cast
from tests.http.client import Client, Mlflow, refused
from tests.http.conftest import MEMBERS


@pytest.fixture
def base(mlflow: Mlflow, cast: Cast) -> str:
    mlflow.new_run()
    return f"/api/v1/projects/{cast.project.replace('/', '%2F')}/candidates/1/files"


@pytest.fixture
def put(rita: Client, base: str) -> Callable[..., None]:
    def upload(path: str, content: bytes = b"content") -> None:
        response = rita.request("PUT", f"{rita.mlflow.files}/candidate:1/{path}", content=content)
        assert response.status_code == 200, response.text

    return upload


def ok(response: httpx.Response) -> httpx.Response:
    assert response.status_code == 200, response.text
    return response


@pytest.mark.parametrize(
    ("name", "shown_as"),
    [
        ("curve.png", "image/png"),
        ("photo.jpeg", "image/jpeg"),
        ("moving.gif", "image/gif"),
        ("small.webp", "image/webp"),
        ("notes.txt", "text/plain; charset=utf-8"),
        ("README.md", "text/plain; charset=utf-8"),
        ("table.csv", "text/plain; charset=utf-8"),
        ("conda.yaml", "text/plain; charset=utf-8"),
        ("train.py", "text/plain; charset=utf-8"),
        ("scores.json", "application/json"),
        ("speech.wav", "audio/x-wav"),
        ("rollout.mp4", "video/mp4"),
        ("page.html", None),
        ("page.htm", None),
        ("page.xhtml", None),
        ("feed.xml", None),
        ("drawing.svg", None),
        ("paper.pdf", None),
        ("model.pkl", None),
        ("MLmodel", None),
    ],
)
def test_only_what_cannot_run_is_shown_in_place(
    rita: Client, base: str, put: Callable[..., None], name: str, shown_as: str | None
) -> None:
    put(f"d/{name}")
    inline = ok(rita.get(f"{base}/d/{name}?inline=1"))
    download = ok(rita.get(f"{base}/d/{name}"))
    assert inline.content == download.content == b"content"
    assert download.headers["content-disposition"] == f'attachment; filename="{name}"'
    if shown_as is None:
        assert inline.headers["content-disposition"] == f'attachment; filename="{name}"'
    else:
        assert inline.headers["content-disposition"] == f'inline; filename="{name}"'
        assert inline.headers["content-type"] == shown_as
    for headers in (inline.headers, download.headers):
        assert headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert headers["x-content-type-options"] == "nosniff"


def test_html_is_a_page_only_in_a_sandbox_and_on_request(rita: Client, base: str, put: Callable[..., None]) -> None:
    put("report.html", b"<script>parent.location</script>")
    for mode, allowed in (("page", False), ("page-cdn", True)):
        page = ok(rita.get(f"{base}/report.html?inline={mode}"))
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["content-disposition"] == 'inline; filename="report.html"'
        assert page.headers["x-frame-options"] == "SAMEORIGIN"
        policy = page.headers["content-security-policy"]
        assert policy.startswith("sandbox allow-scripts; default-src 'none';")
        assert "allow-same-origin" not in policy
        assert ("https:" in policy) == allowed
    put("drawing.svg")
    drawing = ok(rita.get(f"{base}/drawing.svg?inline=page"))
    assert drawing.headers["content-disposition"].startswith("attachment")
    refused(rita.get(f"{base}/report.html?inline=yes"), 400, "INVALID_PARAMETER_VALUE", "inline")


def test_files_are_uploaded_listed_and_deleted(rita: Client, base: str) -> None:
    made = rita.request("PUT", f"{base}/plots/a%20b.png", content=b"png")
    assert made.json() | {"created_at": 0} == {
        "path": "plots/a b.png",
        "size": 3,
        "sha256": hashlib.sha256(b"png").hexdigest(),
        "content_type": "image/png",
        "created_at": 0,
    }
    for path in ("plots/c.txt", "d.txt"):
        ok(rita.request("PUT", f"{base}/{path}", content=b"text"))

    def paths() -> list[str]:
        return [item["path"] for item in ok(rita.get(base)).json()["files"]]

    assert paths() == ["d.txt", "plots/a b.png", "plots/c.txt"]
    ok(rita.request("DELETE", f"{base}/d.txt"))
    ok(rita.request("DELETE", f"{base}/plots"))
    assert paths() == []
    refused(rita.request("DELETE", f"{base}/plots"), 404, "RESOURCE_DOES_NOT_EXIST", "path")
    for path in ("", "%2e%2e/x", "a//b"):
        for method in ("PUT", "DELETE"):
            assert rita.request(method, f"{base}/{path}", content=b"").status_code in (400, 404, 405)


def test_a_folder_or_everything_is_a_zip(rita: Client, base: str, mlflow: Mlflow, put: Callable[..., None]) -> None:
    for path in ("a.txt", "plots/deep/b.txt", "plots/c.txt"):
        put(path, path.encode())
    run_id = rita.get(base.removesuffix("/files")).json()["external_id"]
    mlflow.call("runs/update", run_id=run_id, run_name='w"\xf6rt/1')
    archive = base.removesuffix("files") + "archive"

    def names(query: str) -> tuple[str, list[str]]:
        answer = ok(rita.get(archive + query))
        assert answer.headers["content-type"] == "application/zip"
        assert "content-length" not in answer.headers
        with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
            assert opened.testzip() is None
            return answer.headers["content-disposition"], opened.namelist()

    assert names("?path=plots/deep") == ('attachment; filename="deep.zip"', ["deep/b.txt"])
    assert names("?path=plots")[1] == ["plots/c.txt", "plots/deep/b.txt"]
    assert names("") == (
        "attachment; filename=\"w__rt_1.zip\"; filename*=UTF-8''w%22%C3%B6rt_1.zip",
        ["a.txt", "plots/c.txt", "plots/deep/b.txt"],
    )
    refused(rita.get(f"{archive}?path=none"), 404, "RESOURCE_DOES_NOT_EXIST", "path")
    refused(rita.get(f"{archive}?path=../x"), 400, "INVALID_PARAMETER_VALUE", "path")


def test_a_deleted_candidate_takes_no_files(rita: Client, base: str, put: Callable[..., None]) -> None:
    put("a.txt")
    ok(rita.request("DELETE", base.removesuffix("/files")))
    assert ok(rita.get(f"{base}/a.txt")).content == b"content"
    for method in ("PUT", "DELETE"):
        refused(rita.request(method, f"{base}/a.txt", content=b"x"), 400, "INVALID_PARAMETER_VALUE", "path")
        same = f"{base.partition('/candidates/')[0]}/packages/1/files/a.txt"
        assert ok(rita.get(same)).content == b"content"
        refused(rita.request(method, same, content=b"x"), 400, "INVALID_PARAMETER_VALUE", "path")


def test_ranges_and_conditions_work_as_in_the_proxy(rita: Client, base: str, put: Callable[..., None]) -> None:
    put("a.bin", b"0123456789")
    part = rita.get(f"{base}/a.bin", headers={"range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    etag = part.headers["etag"]
    assert rita.get(f"{base}/a.bin", headers={"if-none-match": etag}).status_code == 304
    assert rita.request("HEAD", f"{base}/a.bin").headers["content-length"] == "10"


def test_what_is_missing_or_wrong(rita: Client, base: str, put: Callable[..., None]) -> None:
    put("d/a.txt")
    refused(rita.get(f"{base}/missing"), 404, "RESOURCE_DOES_NOT_EXIST", "path")
    refused(rita.get(f"{base}/d"), 400, "INVALID_PARAMETER_VALUE", "path")
    refused(rita.get(f"{base}/d/%2e%2e/a.txt"), 400, "INVALID_PARAMETER_VALUE", "path")
    for other in ("2", "x", "0", "1" * 30):
        url = base.replace("/candidates/1/", f"/candidates/{other}/")
        refused(rita.get(f"{url}/d/a.txt"), 404, "RESOURCE_DOES_NOT_EXIST", "candidate")


@pytest.mark.parametrize("name", MEMBERS)
def test_who_may_download(as_member: Callable[[str], Client], base: str, put: Callable[..., None], name: str) -> None:
    put("a.txt")
    expected = {"otto": 404, "anonymous": 401}.get(name, 200)
    assert as_member(name).get(f"{base}/a.txt").status_code == expected
