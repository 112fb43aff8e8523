"""Downloads for the browser: the same bytes and headers, shown in place only where that is safe."""

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
