"""One line for each request: who asked for what from where, the answer, and how long it took. No query, no secret."""

import sys
from contextlib import suppress
from typing import IO

import msgspec
from starlette.types import Scope

from shortlist.clock import now_ms
from shortlist.http.proxies import client_address

# What follows in such an address is a secret for a while: whoever has it may use it.
_SIGNED = "/-/transfers/"


def without_ticket(path: str) -> str:
    """A path as it may be written down."""
    return f"{_SIGNED}..." if path.startswith(_SIGNED) else path


class AccessLog:
    """Writes JSON lines without the logging machinery: at thousands of requests a second that would be the work."""

    def __init__(self, *, json: bool, least_status: int = 0, stream: IO[str] | None = None) -> None:
        """Answers below `least_status` are left out."""
        self._json = json
        self._least_status = least_status
        self._stream = stream or sys.stderr
        self._encode = msgspec.json.Encoder().encode

    def write(self, scope: Scope, *, path: str, milliseconds: float) -> None:
        """`scope` is the request's, with what the dispatcher notes in it; `path` is as it was before any rewriting."""
        status: int = scope["status"]
        if status < self._least_status:
            return
        path = without_ticket(path)
        method, user, request_id, address = scope["method"], scope["user"], scope["request_id"], client_address(scope)
        if self._json:
            line = self._encode(
                {
                    "time": now_ms(),
                    "event": "request",
                    "method": method,
                    "path": path,
                    "status": status,
                    "ms": round(milliseconds, 2),
                    "request_id": request_id,
                    "user": user,
                    "address": address,
                }
            ).decode()
        else:
            # A path may hold anything; an escape sequence or a line break must not reach a terminal.
            shown = path if path.isprintable() else ascii(path)
            line = f"{method:6} {shown} {status} {milliseconds:.1f} ms {user or '-'} {address or '-'} {request_id}"
        # As with every log: what cannot be written must not stop what it tells of.
        with suppress(OSError, ValueError):
            self._stream.write(line + "\n")
