"""The server: listens, serves until a signal, then finishes what was begun."""

import asyncio
import gc
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import NamedTuple, cast

import uvloop
from uvicorn.config import Config
from uvicorn.server import ServerState

from shortlist.errors import InvalidValue
from shortlist.http.connection import HEAD_SECONDS, Connection
from shortlist.http.dispatch import Dispatcher
from shortlist.logs import get_logger
from shortlist.settings import Settings

_log = get_logger(__name__)

# Requests hop between the event loop and the writer; a shorter turn of the interpreter halves their slowest tenth.
_SWITCH_SECONDS = 0.0005
_DRAIN_SECONDS = 20
_BACKLOG = 1024
# Proxies keep a connection for a minute; the one that may use it next is the one to close it.
_IDLE_SECONDS = 75
_QUIET_SECONDS = 0.3
_FAREWELL_SECONDS = 1
_POLL_SECONDS = 0.01
# Twice so much freed memory stays with each of the C library's heaps, which is more than a large upload goes round in.
_KEPT_BYTES = 16 * 1024 * 1024


def reserve_port(host: str, port: int) -> int:
    """The port to listen on: the one asked for, or a free one for 0.

    Raises:
        InvalidValue: it cannot be listened on; the message says why.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # The server shares its port with other processes of its own, so it would not notice somebody else's.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidValue(f"Cannot listen on {host} port {port}: {reason}.", field="port") from None


class Listening(NamedTuple):
    """Where to listen, and the PEM files of certificate and key for TLS."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    @classmethod
    def of(cls, settings: Settings, port: int) -> "Listening":
        """Raises InvalidValue: a certificate or key that does not work."""
        if not settings.tls_certificate:
            return cls(settings.host, port)
        found = cls(settings.host, port, Path(settings.tls_certificate), Path(settings.tls_key))
        try:
            found.context()
        except OSError as error:  # of which SSLError is one
            raise InvalidValue(
                f"The certificate {found.certificate} with the key {found.key} does not work: "
                f"{error.strerror or error.__class__.__name__}.",
                field="tls_certificate",
            ) from None
        return found

    def context(self) -> ssl.SSLContext | None:
        """Raises OSError: the certificate or its key cannot be read."""
        if self.certificate is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(self.certificate, self.key)
        return context

    def bind(self) -> socket.socket:
        """A port that other processes of this server may listen on too. `::` is every address, of IPv4 as well."""
        family, _, _, _, address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
        dual = family == socket.AF_INET6 and self.host == "::"
        return socket.create_server(
            cast("tuple[str, int]", address[:2]), family=family, reuse_port=True, dualstack_ipv6=dual
        )


def serve(
    application: Dispatcher, where: Listening, *, ready: Callable[[], None], stopping: Callable[[], None]
) -> None:
    """Serve until SIGTERM or SIGINT; then wait for running requests, stop listening, and return.

    `ready` is called once connections are accepted, `stopping` on a signal, to end requests that would never end.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    _keep_freed_memory()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(application, where, ready, stopping))


def _keep_freed_memory() -> None:
    """Have glibc keep the memory of a body's pieces for the next ones, which are of the same size.

    It would give each back to the system and ask for it again, page by page: 60,000 faults and 0.2 s of processor
    for a GiB. Freeing a block that it took from the system by itself raises both of its limits (mallopt(3),
    M_MMAP_THRESHOLD); no page of this one is ever touched. Other C libraries free it, and that is all.
    """
    bytes(_KEPT_BYTES)


def keep_what_is_there() -> None:
    """What a start made lives as long as the process; the collector, off until now, need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.enable()


async def _serve(
    application: Dispatcher, where: Listening, ready: Callable[[], None], stopping: Callable[[], None]
) -> None:
    connections = _Connections(application)
    loop = asyncio.get_running_loop()
    signalled = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled.set)
    context = where.context()
    listening = await loop.create_server(
        connections.new,
        sock=where.bind(),
        ssl=context,
        # The client of an idle connection may read that it ends only when it uses it again.
        ssl_handshake_timeout=HEAD_SECONDS if context else None,
        ssl_shutdown_timeout=_FAREWELL_SECONDS if context else None,
        backlog=_BACKLOG,
    )
    ready()
    await signalled.wait()
    _log.info("stopping", reason="signal")
    stopping()
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            await application.wait_idle()
            for _ in range(2):  # turns of the event loop, which accept whoever waits for it
                await asyncio.sleep(0)
            listening.close()
            await connections.close()
    except TimeoutError:
        _log.warning("stopping with requests still running", seconds=_DRAIN_SECONDS)
        listening.close()


class _Connections:
    """Makes connections, and closes those that there are."""

    def __init__(self, application: Dispatcher) -> None:
        # What goes wrong with a request is logged by the kernel, and what is no request of ours is not worth a line.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self._config = Config(
            application,
            http=Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=_IDLE_SECONDS,
        )
        self._config.load()
        self._state = ServerState()
        self._date()

    def new(self) -> Connection:
        return Connection(self._config, self._state)

    async def close(self) -> None:
        """Close each when its answer has been sent, and those on which no request seems to be on its way."""
        while self._state.connections:
            for connection in list(self._state.connections):
                cast("Connection", connection).close_if_quiet(_QUIET_SECONDS)
            await asyncio.sleep(_POLL_SECONDS)

    def _date(self) -> None:
        """The header of every answer, which has the second (RFC 9110, section 6.6.1)."""
        self._state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        asyncio.get_running_loop().call_later(1, self._date)
