"""How PostgreSQL is set up: what a server relies on, and what it would run into."""

from collections.abc import Iterator

from sqlalchemy import Connection

from shortlist.db import distribution, probe
from shortlist.db.probe import Setup
from shortlist.errors import InvalidValue
from shortlist.health.types import Finding, ok, problem, warning

# What one server process opens at most: 4 write, 4 read, 1 listens, the rest are background work.
CONNECTIONS_OF_A_PROCESS = 17
# The oldest version that Shortlist is tried on.
_OLDEST = 15
_MANY = 0.8


def findings(connection: Connection, workers: int) -> Iterator[Finding]:
    """Nothing for an embedded database."""
    setup = probe.setup(connection)
    if setup is None:
        return
    if setup.version < _OLDEST:
        yield warning(
            "database",
            f"PostgreSQL {setup.version} is older than any that Shortlist is tried on. Upgrade to 15 or later.",
        )
    if setup.encoding != "UTF8":
        yield problem(
            "database", f"Its encoding is {setup.encoding}: texts will be refused. Make a database with UTF8 and move."
        )
    yield _durability(setup)
    yield _connections(setup, workers)
    yield from _spread(connection)


def _durability(setup: Setup) -> Finding:
    off = [name for name, value in setup.durable.items() if value == "off"]
    if off:
        return problem(
            "flushing",
            f"PostgreSQL runs with {' and '.join(off)} off: what was acknowledged can be lost when the machine stops. "
            "Set it to on and reload.",
        )
    return ok("flushing", "What is acknowledged is flushed to the disk.")


def _connections(setup: Setup, workers: int) -> Finding:
    needed = CONNECTIONS_OF_A_PROCESS * workers
    if setup.allowed < needed:
        return problem(
            "connections",
            f"{setup.allowed} connections are allowed to this account and database, and {_processes(workers)} up to "
            f"{needed}: requests will be refused with 503. Raise max_connections, or put PgBouncer between.",
        )
    text = f"{setup.used} of {setup.allowed} connections are in use."
    if setup.used > _MANY * setup.allowed:
        return warning("connections", f"{text} Raise max_connections, or put a pooler between.")
    return ok("connections", text)


def _processes(workers: int) -> str:
    return "one server process opens" if workers == 1 else f"{workers} server processes open"


def _spread(connection: Connection) -> Iterator[Finding]:
    """Of a database that is spread over machines, whether all of it is."""
    if not probe.has_extension(connection, "citus"):
        return
    try:
        cluster = distribution.look(connection)
    except InvalidValue:
        return
    if not cluster.tables:
        yield ok("machines", f"{cluster.version} is there, and no table is spread yet (`shortlist db distribute`).")
        return
    wanted = {table.name for table in distribution.distributed()} | distribution.REFERENCE
    left = sorted(wanted - cluster.tables.keys())
    if left:
        yield problem(
            "machines",
            f"{', '.join(left[:5])} are not spread over the machines like the others: run `shortlist db distribute`.",
        )
    else:
        yield ok("machines", f"{cluster.version}: {len(wanted)} tables are spread over {cluster.workers} workers.")
