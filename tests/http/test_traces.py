"""Traces arrive at a collector: the request, its work in the database, its statements, the store; and no values."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from shortlist.app import build
from shortlist.settings import Settings
from tests.http.client import Client
from tests.live import PASSWORD, TOKEN

TRACE = "0af7651916cd43dd8448eb211c80319c"


class Collector(ThreadingHTTPServer):
    """Keeps the spans that it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spans: list[Any] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["content-length"])))
        assert isinstance(self.server, Collector)
        self.server.spans += [
            span for part in sent.resource_spans for scope in part.scope_spans for span in scope.spans
        ]
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_a_request_is_traced_down_to_its_statements(database_url: str, tmp_path: Path, collector: Collector) -> None:
    settings = Settings(
        data=tmp_path,
        database=database_url,
        root_password=PASSWORD,
        root_token=TOKEN,
        log_format="json",
        trace_endpoint=collector.url,
    )
    built = build(settings)
    with asyncio.Runner() as runner:
        root = Client(built.asgi, runner, TOKEN, "root/default")
        run_id = root.mlflow.new_run()
        root.request(
            "POST",
            "/api/2.0/mlflow/runs/set-tag",
            json={"run_id": run_id, "key": "team", "value": "a-secret-value"},
            headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"},
        )
        files = "/api/2.0/mlflow-artifacts/artifacts/candidate:1/model"
        assert root.request("PUT", files, content=b"x" * 100_000).status_code == 200
    built.close()

    mine = [span for span in collector.spans if span.trace_id.hex() == TRACE]
    (request,) = [span for span in mine if span.parent_span_id.hex() == "b7ad6b7169203331"]
    assert request.name == "POST /api/2.0/mlflow/runs/set-tag"
    assert _attributes(request) == {
        "http.request.method": "POST",
        "http.response.status_code": "200",
        "http.route": "/api/2.0/mlflow/runs/set-tag",
        "shortlist.request_id": _attributes(request)["shortlist.request_id"],
    }
    below = {span.name: span for span in mine if span.parent_span_id == request.span_id}
    assert "database write" in below
    statements = [span for span in mine if span.parent_span_id == below["database write"].span_id]
    assert any("metadata" in _attributes(span)["db.query.text"] for span in statements)
    assert {span.name for span in statements} <= {
        "SELECT",
        "INSERT",
        "UPDATE",
        "WITH",
        "SAVEPOINT",
        "RELEASE",
        "BEGIN",
    }
    assert "store put" in {span.name for span in collector.spans}
    assert "a-secret-value" not in str(collector.spans)
    assert {span.trace_id for span in collector.spans} != {request.trace_id}
    orphans = [span.name for span in collector.spans if not span.parent_span_id and "/" not in span.name]
    assert orphans == [], "what no request asked for is not traced"


def _attributes(span: Any) -> dict[str, str]:
    return {item.key: item.value.string_value or str(item.value.int_value) for item in span.attributes}
