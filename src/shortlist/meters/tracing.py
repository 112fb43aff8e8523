"""What the program tells about a request while it works, for those who trace; nothing where nobody does.

The spans are the request's, each read and write of the database, each statement (without its values), and each
operation of the object store. What no request asked for is not traced.
"""

from collections.abc import Callable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
A = TypeVar("A")


class Tracing(Protocol):
    def request(self, scope: MutableMapping[str, Any]) -> AbstractContextManager[None]:
        """The span of an ASGI request, below the one that its `traceparent` names. Its name is the operation's."""
        ...

    def bind(self, name: str, work: Callable[[A], T]) -> Callable[[A], T]:
        """`work` in a span below that of now, in whichever thread it will run."""
        ...

    def begin(self, name: str, attributes: Mapping[str, str]) -> Any:
        """A span that `end` ends; None where nothing is traced."""
        ...

    def end(self, span: Any, error: BaseException | None = None) -> None: ...

    def close(self) -> None:
        """Send what was not sent yet."""
        ...


def start(endpoint: str, version: str) -> Tracing:
    """Send spans to an OpenTelemetry collector, by OTLP over HTTP.

    Raises:
        ModuleNotFoundError: the packages of the extra `otel` are not installed.
    """
    # They take a third of a second, which only those pay who trace.
    from shortlist.meters.opentelemetry import OpenTelemetry  # noqa: PLC0415

    return OpenTelemetry(endpoint, version)
