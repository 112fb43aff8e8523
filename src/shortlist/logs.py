"""Structured logs on standard error: JSON lines for machines, one readable line for a terminal."""

import logging
import sys
from collections.abc import Generator, MutableMapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from shortlist.settings import Settings


@contextmanager
def _as_if_absent(name: str) -> Generator[None]:
    """Let what is imported meanwhile find no module of this name, unless it is there already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # pyright: ignore[reportArgumentType] - how Python notes that there is none
    try:
        yield
    finally:
        del sys.modules[name]


# It takes rich along where it finds it, for tracebacks that we do not want, and for a tenth of the start.
with _as_if_absent("rich"):
    import structlog
    from structlog.typing import Processor

# The renderer's own tracebacks print local variables, and with them the credentials of requests.
_CONSOLE = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)

# The request that is being answered, for every line that is logged on its behalf; empty outside of requests.
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")

_SECRET_WORDS = ("authorization", "token", "password", "secret", "cookie")


class StandardError:
    """Where lines go. One that cannot be written, to a closed pipe or a full disk, must not stop what it tells of."""

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = exception = msg


def get_logger(name: str) -> Any:
    """A logger of structlog's, whose methods take an event and what is to be known of it."""
    return structlog.get_logger(name)


def configure(settings: Settings) -> None:
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    structlog.configure(
        processors=processors(as_json=as_json),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: StandardError(),
        cache_logger_on_first_use=True,
    )


def processors(*, as_json: bool) -> list[Processor]:
    """What makes an event a line: JSON for a machine, or words for a terminal."""
    return [
        name_request,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
        *([structlog.processors.format_exc_info] if as_json else []),
        structlog.processors.JSONRenderer() if as_json else _CONSOLE,
    ]


def name_request(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the id of the request."""
    request_id = REQUEST_ID.get()
    if request_id:
        event.setdefault("request_id", request_id)
    return event


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank whatever a careless call put under a name that says it is secret."""
    for name in event:
        if any(word in name.lower() for word in _SECRET_WORDS):
            event[name] = "[hidden]"
    return event
