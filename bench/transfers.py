"""One large file up and down, in turn with what disk, socket and plain file servers give in the same round."""

import http.client
import os
import shutil
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench import yardsticks
from bench.extremes import Peak
from bench.servers import HOST, Running, credentials
from bench.yardsticks import MIB, Plain

# What each is compared with in the same round.
_COMPARED = {
    "up": ("disk, flushed copy", "plain, up"),
    "from the disk": ("disk, read", "plain, from the disk"),
    "from the page cache": (
        "socket, sendfile",
        "plain, from the page cache",
        "nginx, sendfile on, from the page cache",
        "nginx, sendfile off, from the page cache",
    ),
}


class Listening(Protocol):
    @property
    def port(self) -> int: ...
    @property
    def token(self) -> str: ...


@dataclass
class Measured:
    """A server under test: the address of its artifacts, and seconds of processor in all rounds."""

    server: Running
    root: str
    up: float = 0.0
    down: float = 0.0

    @property
    def name(self) -> str:
        return self.server.peer.name


class Transfers:
    """Rates in MiB/s by what was done, one for each round. `source` is a file in the page cache."""

    def __init__(self, source: Path) -> None:
        self.rates: dict[str, list[float]] = defaultdict(list)
        self._source = source
        self._size = source.stat().st_size
        self._files = source.parent / "files"
        self._files.mkdir(exist_ok=True)
        shutil.copyfile(source, self._files / "source")

    def run(self, servers: Sequence[Measured], rounds: int) -> None:
        with ExitStack() as stack:
            plain = {"plain": stack.enter_context(yardsticks.plain(self._files))}
            for setting in ("on", "off"):
                nginx = stack.enter_context(yardsticks.nginx(self._files, setting))
                if nginx is not None:
                    plain[f"nginx, sendfile {setting}"] = nginx
            for turn in range(rounds):
                self._up(servers, plain["plain"], turn)
                self._from_disk(servers, plain["plain"], turn)
                self._from_cache(servers, plain, turn)

    def _up(self, servers: Sequence[Measured], plain: Plain, turn: int) -> None:
        target = self._files / "copy"
        self._timed("disk, flushed copy", lambda: yardsticks.copy(self._source, target))
        target.unlink()
        self._timed("plain, up", lambda: send(plain, "/copy", self._source))
        target.unlink()
        for each in servers:
            _renew(self._source)
            busy = each.server.cpu_seconds()
            self._timed(f"{each.name}, up", lambda each=each: send(each.server, _path(each, turn), self._source))
            each.up += each.server.cpu_seconds() - busy

    def _from_disk(self, servers: Sequence[Measured], plain: Plain, turn: int) -> None:
        file = self._files / "source"
        yardsticks.forget(self._files)
        self._timed("disk, read", lambda: yardsticks.read(file))
        yardsticks.forget(self._files)
        self._timed("plain, from the disk", lambda: self._get(plain, "/source"))
        for each in servers:
            yardsticks.forget(each.server.folder)
            self._down(each, turn, "from the disk")

    def _from_cache(self, servers: Sequence[Measured], plain: dict[str, Plain], turn: int) -> None:
        self._timed("socket, sendfile", lambda: yardsticks.loopback(self._source))
        for name, other in plain.items():
            self._timed(f"{name}, from the page cache", lambda other=other: self._get(other, "/source"))
        for each in servers:
            self._get(each.server, _path(each, turn))  # what was read from the disk may not all have stayed
            self._down(each, turn, "from the page cache")

    def _down(self, each: Measured, turn: int, where: str) -> None:
        busy = each.server.cpu_seconds()
        self._timed(f"{each.name}, {where}", lambda: self._get(each.server, _path(each, turn)))
        each.down += each.server.cpu_seconds() - busy

    def _get(self, server: Listening, path: str) -> None:
        receive(server, path, self._size)

    def _timed(self, name: str, work: Callable[[], None]) -> None:
        self.rates[name].append(self._size / MIB / yardsticks.timed(work))

    def share(self, name: str, of: str) -> str:
        """The median of what one got of another in the same round."""
        both = zip(self.rates[name], self.rates[of], strict=True)
        return f"{statistics.median(mine / whole for mine, whole in both):.0%} of ({of})"

    def rate(self, name: str) -> str:
        return f"{name}: {statistics.median(self.rates[name]):,.0f} MiB/s"


def large(servers: Sequence[Running], roots: Sequence[str], source: Path, rounds: int) -> None:
    """Prints rates, what they are of the yardsticks, memory and processor."""
    measured = [Measured(server, root) for server, root in zip(servers, roots, strict=True)]
    idle = [server.memory_mib() for server in servers]
    transfers = Transfers(source)
    with ExitStack() as stack:
        peaks = [stack.enter_context(Peak(server)) for server in servers]
        transfers.run(measured, rounds)
    for name in transfers.rates:
        print(transfers.rate(name), flush=True)
    gib = source.stat().st_size / 2**30 * rounds
    for each, before, peak in zip(measured, idle, peaks, strict=True):
        for what, others in _COMPARED.items():
            parts = [transfers.share(f"{each.name}, {what}", of) for of in others if of in transfers.rates]
            print(f"{each.name}, {what}, in the same round: {'; '.join(parts)}", flush=True)
        print(
            f"{each.name}: {each.up / gib:.2f} s of processor for a GiB up, {each.down / gib / 2:.2f} s for one down; "
            f"memory {before:.0f} MiB idle, {peak.mib:.0f} at most",
            flush=True,
        )


def send(server: Listening, path: str, source: Path) -> None:
    """By sendfile, so that the client is not what is measured."""
    connection = _connect(server)
    connection.putrequest("PUT", path)
    for name, value in (credentials(server.token) | {"Content-Length": str(source.stat().st_size)}).items():
        connection.putheader(name, value)
    connection.endheaders()
    with source.open("rb") as file:
        connection.sock.sendfile(file)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()
    connection.close()


def receive(server: Listening, path: str, size: int) -> None:
    connection = _connect(server)
    connection.request("GET", path, headers=credentials(server.token))
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    buffer = bytearray(MIB)
    received = 0
    while count := answer.readinto(buffer):
        received += count
    assert received == size
    connection.close()


def _path(each: Measured, turn: int) -> str:
    return f"{each.root}/large/{turn}"


def _connect(server: Listening) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(HOST, server.port, timeout=600)


def _renew(source: Path) -> None:
    """Other content, so that none of it is there yet."""
    with source.open("r+b") as file:
        file.write(os.urandom(16))
