"""Granian, embedded in this process: serve until a signal, then finish what was begun."""

import asyncio
import gc
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import uvloop
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from shortlist.errors import InvalidValue
from shortlist.http.dispatch import Dispatcher
from shortlist.logs import get_logger
from shortlist.settings import Settings

_log = get_logger(__name__)

# Requests hop between the event loop and the writer; a shorter turn of the interpreter halves their slowest tenth.
_SWITCH_SECONDS = 0.0005
_DRAIN_SECONDS = 20
_BACKLOG = 1024
# So much of a body is read at once where it comes fast; each read of one is several turns of threads. A large upload
# took 1.6 s of processor a GiB at a quarter of this, and takes 1.4.
_READ_BYTES = 4 * 1024 * 1024
# Requests at work at once: open pages hold one each, and wait for nothing but news.
_MOST_REQUESTS = 32_768
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
            # Granian shares ports between its workers, so it would not notice somebody else's server; this does.
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
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(found.certificate or "", found.key)
        except OSError as error:  # of which SSLError is one
            raise InvalidValue(
                f"The certificate {found.certificate} with the key {found.key} does not work: "
                f"{error.strerror or error.__class__.__name__}.",
                field="tls_certificate",
            ) from None
        return found


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
    server = Server(
        application,
        address=where.host,
        port=where.port,
        ssl_cert=where.certificate,
        ssl_key=where.key,
        interface=Interfaces.ASGINL,
        backlog=_BACKLOG,
        backpressure=_MOST_REQUESTS,
        websockets=False,
        log_enabled=False,
        http1_settings=HTTP1Settings(header_read_timeout=30_000, max_buffer_size=_READ_BYTES),
    )
    loop = asyncio.get_running_loop()
    signalled = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled.set)
    serving = asyncio.create_task(server.serve())
    await _wait_until_accepting(where.host, where.port, serving)
    ready()
    waiting = asyncio.create_task(signalled.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
        return
    _log.info("stopping", reason="signal")
    stopping()
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            await application.wait_idle()
            server.stop()
            # Files that Granian sends by itself are no requests any more; it ends when they have been sent.
            await asyncio.shield(serving)
    except TimeoutError:
        _log.warning("stopping with requests still running", seconds=_DRAIN_SECONDS)
        server.stop()
        await asyncio.wait({serving}, timeout=5)


async def _wait_until_accepting(host: str, port: int, serving: "asyncio.Task[None]") -> None:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(reachable, port)
        except OSError:
            await asyncio.sleep(_POLL_SECONDS)
        else:
            writer.close()
            return
