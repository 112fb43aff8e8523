"""What disk, socket and plain file servers give on this machine, to be measured in turn with others."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.servers import HOST, free_port

MIB = 1024 * 1024

_NGINX = """
daemon off; master_process off; pid {folder}/{port}.pid; error_log stderr crit;
events {{}}
http {{
  access_log off; sendfile {sendfile}; default_type application/octet-stream;
  client_body_temp_path {folder}/temporary; proxy_temp_path {folder}/temporary;
  fastcgi_temp_path {folder}/temporary; uwsgi_temp_path {folder}/temporary; scgi_temp_path {folder}/temporary;
  server {{ listen {host}:{port}; root {folder}; }}
}}
"""


class Plain(NamedTuple):
    """A server that only gives and takes files of a folder. It asks for no token."""

    port: int
    token: str = ""


@contextmanager
def plain(folder: Path) -> Iterator[Plain]:
    """`bench/plain.py` in a process of its own."""
    port = free_port()
    with _running([sys.executable, "-m", "bench.plain", str(port), str(folder)], port):
        yield Plain(port)


@contextmanager
def nginx(folder: Path, sendfile: str) -> Iterator[Plain | None]:
    """nginx with sendfile "on" or "off"; None where the machine has none."""
    binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if binary is None:
        yield None
        return
    port = free_port()
    config = folder / f"nginx-{port}.conf"
    config.write_text(_NGINX.format(folder=folder, host=HOST, port=port, sendfile=sendfile))
    with _running([binary, "-c", str(config)], port):
        yield Plain(port)


def copy(source: Path, target: Path) -> None:
    """A copy on this disk, flushed."""
    buffer = memoryview(bytearray(MIB))
    with source.open("rb", buffering=0) as file, target.open("wb", buffering=0) as out:
        while count := file.readinto(buffer):
            out.write(buffer[:count])
        os.fsync(out.fileno())


def read(path: Path) -> None:
    buffer = bytearray(MIB)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def loopback(source: Path) -> None:
    """A file through a socket, by sendfile, into a buffer that is used again."""
    with socket.create_server((HOST, 0)) as listening:
        receiver = threading.Thread(target=_drain, args=(listening,))
        receiver.start()
        with socket.create_connection(listening.getsockname()) as sender, source.open("rb") as file:
            sender.sendfile(file)
        receiver.join()


def _drain(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    buffer = bytearray(MIB)
    with connection:
        while connection.recv_into(buffer):
            pass


def forget(folder: Path) -> None:
    """Have the system drop the pages of every file below a folder, as after some other work."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command)
    try:
        _wait(port)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 15
    while True:
        try:
            socket.create_connection((HOST, port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
