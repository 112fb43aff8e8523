"""The cases about a server as a whole: its start, its memory when idle, and large files through it."""

import http.client
import random
import statistics
from itertools import count

from bench import postgres
from bench.client import PATIENCE_SECONDS, artifact_uri, clock, new_experiment, new_run
from bench.servers import HOST, credentials, start
from bench.subject import Reading, Subject
from bench.transfers import receive
from bench.yardsticks import MIB

_FRESH = count(1)


def first_answer(subject: Subject) -> Reading:
    """Seconds from the start of another server of the kind, on an empty database, to its first answer.

    Its memory is noted once it has nothing to do, for the case after this one.
    """
    name = f"{subject.name}_fresh"
    folder = subject.server.folder.with_name(f"{name}{next(_FRESH)}")
    database = postgres.new_database(subject.server.database, f"bench_{name}") if subject.server.on_postgres else None
    fresh = start(subject.server.peer, folder, database)
    try:
        fresh.settle(limit_seconds=10)
        subject.stock.idle_mib.append(fresh.memory_mib())
    finally:
        fresh.stop()
    return Reading(fresh.start_seconds)


def idle_memory(subject: Subject) -> Reading:
    """MiB at the median of the servers that were started for the case before this one."""
    if not subject.stock.idle_mib:
        first_answer(subject)
    return Reading(statistics.median(subject.stock.idle_mib))


def upload(subject: Subject) -> Reading:
    """MB/s for one large file."""
    server, size = subject.server, subject.size.mebibytes
    run = new_run(server, new_experiment(server))
    uri = artifact_uri(server, run).split(":/", 1)[1].lstrip("/")
    subject.stock.upload = f"/api/2.0/mlflow-artifacts/artifacts/{uri}/large.bin"
    piece = random.randbytes(MIB)
    connection = http.client.HTTPConnection(HOST, server.port, timeout=PATIENCE_SECONDS)
    with clock(server) as window:
        connection.putrequest("PUT", subject.stock.upload)
        for name, value in {**credentials(server.token), "Content-Length": str(size * MIB)}.items():
            connection.putheader(name, value)
        connection.endheaders()
        for number in range(size):
            # Each piece differs, so that nothing on the way can take a short cut.
            connection.send(number.to_bytes(8, "big"))
            connection.send(memoryview(piece)[8:])
        answer = connection.getresponse()
        answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"PUT answered {answer.status}")
    return Reading(size * MIB / 1e6 / window.seconds, window)


def uploaded(subject: Subject) -> None:
    if not subject.stock.upload:
        upload(subject)


def download(subject: Subject) -> Reading:
    """MB/s for the file that was uploaded."""
    size = subject.size.mebibytes * MIB
    with clock(subject.server) as window:
        receive(subject.server, subject.stock.upload, size)
    return Reading(size / 1e6 / window.seconds, window)
