"""Spans through OpenTelemetry's SDK, in batches from a thread of its own; a collector that is down holds up nobody.

The SDK reads its own environment, such as `OTEL_TRACES_SAMPLER` and `OTEL_EXPORTER_OTLP_HEADERS`.
"""

from collections.abc import Callable, Generator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, TypeVar

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

T = TypeVar("T")
A = TypeVar("A")


class OpenTelemetry:
    """See `tracing.Tracing`."""

    def __init__(self, endpoint: str, version: str) -> None:
        resource = Resource.create({SERVICE_NAME: "shortlist", SERVICE_VERSION: version})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=5)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("shortlist")
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def request(self, scope: MutableMapping[str, Any]) -> Generator[None]:
        parent = self._propagator.extract(scope["header_map"])
        method = str(scope["method"])
        with self._tracer.start_as_current_span(method, parent, SpanKind.SERVER) as span:
            span.set_attribute("shortlist.request_id", str(scope["request_id"]))
            try:
                yield
            finally:
                _describe(span, method, scope)

    def bind(self, name: str, work: Callable[[A], T]) -> Callable[[A], T]:
        if not _traced():
            return work
        parent = context.get_current()

        def traced(given: A) -> T:
            with self._tracer.start_as_current_span(name, parent):
                return work(given)

        return traced

    def begin(self, name: str, attributes: Mapping[str, str]) -> Any:
        return self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes) if _traced() else None

    def end(self, span: Any, error: BaseException | None = None) -> None:
        if span is None:
            return
        if error is not None:
            # Its words may have values in them.
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        span.end()

    def close(self) -> None:
        self._provider.shutdown()


def _traced() -> bool:
    return trace.get_current_span().is_recording()


def _describe(span: Span, method: str, scope: Mapping[str, Any]) -> None:
    _, route = scope.get("operation", ("", ""))
    status = int(scope["status"])
    if route:
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)
    span.set_attribute("http.request.method", method)
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(Status(StatusCode.ERROR))
