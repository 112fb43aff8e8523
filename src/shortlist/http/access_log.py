"""One line for each request: who asked for what from where, the answer, and how long it took. No query, no secret."""

import asyncio
import sys
from contextlib import suppress
from typing import IO

import msgspec
from starlette.types import Scope

from shortlist.clock import now_ms
from shortlist.http.proxies import client_address

# What follows in such an address is a secret for a while: whoever has it may use it.
_SIGNED = "/-/transfers/"
# Lines gather for so long: each write is a call of the system, in which another thread takes the interpreter.
_GATHER_SECONDS = 0.1
_MOST_GATHERED = 500


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
        self._gathered: list[str] = []

    def write(self, scope: Scope, *, path: str, milliseconds: float) -> None:
        """Note a request, to be written soon. Called on the event loop.

        `scope` is the request's, with what the dispatcher notes in it; `path` is as it was before any rewriting.
        """
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
        self._gathered.append(line + "\n")
        if len(self._gathered) >= _MOST_GATHERED:
            self.flush()
        elif len(self._gathered) == 1:
            asyncio.get_running_loop().call_later(_GATHER_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what was gathered."""
        lines, self._gathered = "".join(self._gathered), []
        # As with every log: what cannot be written must not stop what it tells of.
        with suppress(OSError, ValueError):
            self._stream.write(lines)
            self._stream.flush()
