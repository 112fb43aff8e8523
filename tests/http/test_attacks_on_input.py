"""Input that was made to do harm: bodies that unpack, texts that keep a parser busy, names that break a header."""

import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from shortlist.app import Application
from tests.cast import Cast
from tests.http.client import Client, refused
from tests.unit.test_patterns import processor_seconds

AsMember = Callable[[str], Client]
MANY = 100_000


def test_a_compressed_body_is_refused_before_it_is_unpacked(as_member: AsMember) -> None:
    """Nothing here unpacks a body, so a bomb is a few bytes that are no JSON, and the sender is told why."""
    olga = as_member("olga")
    bomb = gzip.compress(json.dumps({"name": "x" * 10_000_000}).encode())
    assert len(bomb) < 20_000
    for encoding in ("gzip", "GZIP", "zstd", "br", "deflate, gzip"):
        headers = {"content-encoding": encoding, "content-type": "application/json"}
        for method, path in (
            ("POST", olga.mlflow.prefix + "experiments/create"),
            ("POST", "/api/v1/projects"),
            ("POST", "/api/v4/projects"),
            ("POST", "/api/v1/session"),
        ):
            answer = olga.request(method, path, content=bomb, headers=headers)
            refused(answer, 400, "INVALID_PARAMETER_VALUE", "Content-Encoding")
    plain = {"content-encoding": "identity", "content-type": "application/json"}
    body = json.dumps({"name": "fresh"}).encode()
    assert olga.request("POST", "/api/v4/projects", content=body, headers=plain).status_code == 201


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_long_texts_keep_nobody_busy(as_member: AsMember, cast: Cast, database_kind: str) -> None:
    """What would take minutes ends the test; the answers are refusals or results, never a fault."""
    rita = as_member("rita")
    run = rita.mlflow.new_run(rita.mlflow.new_experiment())
    base = f"/api/v1/projects/{cast.project_id}"
    texts = ["1" * MANY + "x", "(" * MANY, "a." * MANY, " " * MANY, "a and " * MANY, "NOT " * MANY, "`" * MANY]
    texts += ["metrics.a > 1 AND " * (MANY // 18) + "metrics.a > 1", "params.a IN (" + "'a'," * (MANY // 4) + "'a')"]
    texts += ["'" + "%" * MANY, "params.a LIKE '" + "%a" * (MANY // 2) + "'", "-" * MANY, "\\" * MANY]

    def ask(method: str, path: str, body: dict[str, Any]) -> None:
        answer = rita.request(method, path, json=body)
        assert answer.status_code < 500, (path, answer.text[:300])

    with processor_seconds(30):
        for text in texts:
            ask("POST", rita.mlflow.prefix + "runs/search", {"experiment_ids": ["1"], "filter": text})
            ask("POST", rita.mlflow.prefix + "runs/search", {"experiment_ids": ["1"], "order_by": [text]})
            ask(
                "POST",
                rita.mlflow.prefix + "runs/log-metric",
                {"run_id": run, "key": "k", "value": text, "timestamp": 1},
            )
            ask("POST", rita.mlflow.prefix + "runs/set-tag", {"run_id": run, "key": text, "value": text})
            ask("POST", rita.mlflow.prefix + "registered-models/create", {"name": text})
            ask("POST", f"{base}/experiments/1/candidates/search", {"filter": text})
            ask("POST", f"{base}/members", {"user": text, "role": "guest"})
            ask("POST", "/api/v4/projects", {"name": text, "path": text})
            ask("PATCH", "/api/v1/account", {"name": text, "email": text})
            ask("POST", f"{base}/models/1/versions", {"version": text, "source": text, "aliases": [text]})


NAMES = (
    "a%0d%0aset-cookie:%20x=1.txt",
    "a%0aset-cookie:%20x=1.txt",
    "a%22;%20filename=evil.html",
    "a%5c%22b.txt",
    "%e2%80%aetxt.exe",
    "a%00b.txt",
    "%c3%a9%e6%97%a5.txt",
    "a;b=c,d.txt",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_a_file_stays_inside_its_header(as_member: AsMember, cast: Cast, name: str) -> None:
    olga = as_member("olga")
    olga.mlflow.new_run(olga.mlflow.new_experiment())
    places = (
        f"/api/v1/projects/{cast.project_id}/candidates/1/files/{name}",
        f"{olga.mlflow.files}/candidate:1/{name}",
        f"/api/v4/projects/{cast.project_id}/packages/generic/tools/1.0.0/{name}",
    )
    for path in places:
        put = olga.request("PUT", path, content=b"x")
        assert put.status_code < 500, put.text
        answer = olga.get(path)
        assert "set-cookie" not in answer.headers
        if put.status_code >= 300:
            assert put.status_code in (400, 404), put.text
            continue
        header = answer.headers["content-disposition"]
        assert header.isascii()
        assert header.isprintable()
        assert header.startswith('attachment; filename="')
        quoted = header.split('"')
        assert len(quoted) == 3, header
        assert "filename=evil" not in quoted[2]


def test_a_token_in_the_address_is_not_written_down(application: Application, as_member: AsMember, cast: Cast) -> None:
    written = application.asgi._log._stream = io.StringIO()
    secret = cast.token("olga")
    anyone = as_member("anonymous")
    for name in ("private_token", "access_token", "job_token", "deploy_token", "token", "key"):
        for path in ("/api/v4/user", f"/api/v4/projects/{cast.project_id}", "/api/v1/account"):
            refused(anyone.get(path, params={name: secret}), 401, "UNAUTHENTICATED")
    application.asgi._log.flush()
    assert "/api/v4/user" in written.getvalue()
    assert secret not in written.getvalue()


def test_an_address_cannot_make_links_to_another_host(as_member: AsMember, cast: Cast) -> None:
    olga = as_member("olga")
    for headers in (
        {"host": "evil.example.com"},
        {"host": "evil.example.com:5000"},
        {"host": "localhost:5000@evil.example.com"},
        {"host": "localhost:5000/evil"},
        {"host": ""},
    ):
        answer = olga.get("/api/v4/projects", headers=headers)
        assert answer.status_code in (400, 403), headers
        assert "evil" not in answer.headers.get("location", "")
    forwarded = {
        "x-forwarded-host": "evil.example.com",
        "forwarded": "host=evil.example.com",
        "x-forwarded-proto": "x",
    }
    shown = olga.get(f"/api/v4/projects/{cast.project_id}", headers=forwarded)
    assert shown.status_code == 200
    assert "evil" not in shown.text + str(shown.headers)
