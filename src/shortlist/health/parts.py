"""The parts of an installation that `doctor` looks at, one function each: findings that a person can act on."""

import errno
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection, make_url

from shortlist.blobs.store import BlobStore
from shortlist.clock import now_ms
from shortlist.db import migrate, probe
from shortlist.db.database import Database
from shortlist.errors import DomainError, InvalidValue
from shortlist.health import postgresql
from shortlist.health.types import Finding, ok, problem, warning
from shortlist.metrics import store as metrics
from shortlist.outbound import Limits, OutboundError, get_json
from shortlist.packages import store as packages
from shortlist.provenance import store as provenance
from shortlist.provenance.issuers import Issuers
from shortlist.settings import Settings

_MIB = 1024 * 1024
_LEAST_NODES = 1_000
_LEAST_FREE, _LITTLE_FREE = 256 * _MIB, 2048 * _MIB
_CLOCK_WARNING_MS, _CLOCK_PROBLEM_MS = 2_000, 60_000
_LONG_LAG_MS = 60_000
_LONG_SWEEP_MS = 2 * 24 * 3_600_000


def settings(found: Settings) -> Iterator[Finding]:
    """What the settings say, where one of them does not go with another."""
    said = False
    reachable = found.host not in ("127.0.0.1", "::1", "localhost")
    if reachable and not found.external_url:
        said = True
        yield warning(
            "settings",
            f"The server listens on {found.host}, but SHORTLIST_EXTERNAL_URL is empty: links are taken from the Host "
            "header. Set it to the address that people use.",
        )
    if "*" in found.allowed_hosts:
        said = True
        yield warning(
            "settings",
            "SHORTLIST_ALLOWED_HOSTS is *, so that pages of others can reach the server through a name of their own. "
            "List the names that it really has.",
        )
    if found.external_url.startswith("http://"):
        said = True
        yield warning(
            "settings",
            "SHORTLIST_EXTERNAL_URL begins with http://: passwords and tokens cross the network unencrypted.",
        )
    if found.external_url and not found.trusted_proxies and not reachable:
        said = True
        yield warning(
            "proxies",
            "The server is behind a proxy, but SHORTLIST_TRUSTED_PROXIES is empty: limits, the audit and the log have "
            "the address of the proxy instead of the client's. Set it to the address of the proxy.",
        )
    if not said:
        yield ok("settings", "No setting contradicts another.")


def schema(found: Settings) -> Iterator[Finding]:
    """Whether the database can be opened, and what schema it has. A problem here makes other questions pointless."""
    try:
        revision = migrate.check_reachable(found.database_url)
    except InvalidValue as error:
        yield problem("database", f"{error.message}. {_what_to_do(error.message)}")
        return
    if revision == migrate.HEAD:
        yield ok("schema", f"The database has schema {revision}, which is what this version needs.")
    elif revision is None:
        yield problem("schema", "The database is empty. Start the server on SQLite, or run `shortlist db upgrade`.")
    elif revision in migrate.known_revisions():
        yield problem(
            "schema",
            f"The database has schema {revision}, and this version needs {migrate.HEAD}. Make a backup, then run "
            "`shortlist db upgrade`.",
        )
    else:
        yield problem(
            "schema",
            f"The database has schema {revision}, which is newer than this program ({migrate.HEAD}). "
            "Upgrade the program, or restore the backup from before the upgrade.",
        )


# What databases say when they cannot be opened, and what to do then.
_REFUSALS = {
    "too many": "It serves as many connections as it may. Raise max_connections, or put PgBouncer between.",
    "connection slots": "It serves as many connections as it may. Raise max_connections, or put PgBouncer between.",
    "password authentication": "Check the account and its password in SHORTLIST_DATABASE.",
    "does not exist": "Make it with `createdb`, or correct its name in SHORTLIST_DATABASE.",
    "starting up": "It is coming up; ask again in a moment.",
    "unable to open database file": "Does its folder exist, and may this account read and write there?",
    "readonly database": "This account may not write to its file or its folder; run as their owner.",
    "not a database": "The file is something else, or damaged. Correct the path, or restore a backup.",
    "malformed": "The file is damaged. Stop the server and restore a backup.",
    "full": "Its disk is full. Free some room.",
}


def _what_to_do(said: str) -> str:
    for words, advice in _REFUSALS.items():
        if words in said:
            return advice
    return "Is it running, and are its address and password right?"


def database(opened: Database, workers: int) -> Iterator[Finding]:
    """What the database is, whether it takes changes, and what is in it that should not be."""

    def read(connection: Connection) -> Sequence[Finding]:
        return list(_read_database(connection, workers))

    yield from opened.read_now(read)
    try:
        opened.write_now(probe.write)
        yield ok("database", "It takes changes.")
    except DomainError as error:
        yield problem("database", f"It takes no changes: {error.message} Look at its disk, its locks and its log.")


def _read_database(connection: Connection, workers: int) -> Iterator[Finding]:
    size = probe.size_bytes(connection) / _MIB
    yield ok("database", f"{probe.version(connection)}, {size:,.1f} MiB.")
    damage = probe.damage(connection)
    if damage is not None:
        yield problem("database", f"The file is damaged ({damage}). Stop the server and restore a backup.")
    yield from postgresql.findings(connection, workers)
    yield _clock(probe.clock_ms(connection) - now_ms(), "the database's")
    yield _fold(connection)
    yield _sweep(connection)


def _clock(ahead_ms: int, whose: str) -> Finding:
    if abs(ahead_ms) >= _CLOCK_WARNING_MS:
        text = f"This machine's clock and {whose} differ by {abs(ahead_ms) / 1000:.1f} seconds. Synchronise both (NTP)"
        if abs(ahead_ms) >= _CLOCK_PROBLEM_MS:
            return problem("clock", f"{text}: tokens expire at the wrong time, and stores refuse signatures.")
        return warning("clock", f"{text}.")
    return ok("clock", f"It agrees with {whose}.")


def _fold(connection: Connection) -> Finding:
    waiting = metrics.waiting(connection)
    if waiting.oldest_ms is None:
        return ok("fold", "Every point is folded.")
    age = now_ms() - waiting.oldest_ms
    if age < -_CLOCK_WARNING_MS:
        return warning("clock", f"Points were logged {-age // 1000} seconds in the future: the clock was set back.")
    if age > _LONG_LAG_MS:
        return warning(
            "fold",
            f"{waiting.rows} log rows wait to be folded, the oldest for {age // 1000} seconds. Is a server running? "
            "Its log says what it cannot fold. No point is lost, but searches by metric wait.",
        )
    return ok("fold", f"{waiting.rows} log rows wait to be folded, the oldest for {max(0, age) // 1000} seconds.")


def _sweep(connection: Connection) -> Finding:
    began = packages.sweep_began(connection)
    if began is not None and now_ms() - began > _LONG_SWEEP_MS:
        days = (now_ms() - began) // (24 * 3_600_000)
        return warning(
            "sweep", f"Deleted files were last freed {days} days ago; a running server does it every 6 hours."
        )
    return ok("sweep", "Deleted files are freed by the running server.")


def files(found: Settings) -> Iterator[Finding]:
    """Room on the disks, and who else can read what is on them."""
    folders = {"data": found.data.resolve()}
    if found.artifacts_url.startswith("file:"):
        folders["artifacts"] = Path(urlsplit(found.artifacts_url).path)
    devices: set[int] = set()
    for folder in folders.values():
        if folder.exists() and folder.stat().st_dev not in devices:
            devices.add(folder.stat().st_dev)
            yield _room(folder)
    secret = [found.data / "root-token"]
    if found.database_url.startswith("sqlite"):
        secret.append(Path(make_url(found.database_url).database or ""))
    open_to_others = [file for file in secret if file.exists() and file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH)]
    closed = stat.S_IMODE(found.data.stat().st_mode) & stat.S_IXOTH == 0 if found.data.exists() else False
    if open_to_others and not closed:
        yield warning(
            "files",
            f"Every account of this machine can read {open_to_others[0]}. Run `chmod o-rwx {found.data}`.",
        )
    else:
        yield ok("files", "Other accounts of this machine cannot read the database.")
    for name, folder in folders.items():
        if folder.exists():
            yield from _writable(name, folder)


def _writable(name: str, folder: Path) -> Iterator[Finding]:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            pass
    except OSError as error:
        advice = {
            errno.EROFS: "Its disk is mounted read-only; look at the system's log, and mount it for writing",
            errno.ENOSPC: "Its disk is full; free some room",
        }.get(error.errno or 0, "Give it to the account that runs the server (`chown -R`), or run as its owner")
        yield problem(
            "files", f"This account cannot write to the {name} folder {folder} ({error.strerror}). {advice}."
        )


def _room(folder: Path) -> Finding:
    usage = shutil.disk_usage(folder)
    nodes = os.statvfs(folder)
    if nodes.f_files and nodes.f_favail < _LEAST_NODES:
        return problem(
            "disk", f"{nodes.f_favail} more files fit on the disk of {folder}, whatever their size. Free some."
        )
    text = f"{usage.free / _MIB:,.0f} MiB are free of {usage.total / _MIB:,.0f} MiB at {folder}."
    if usage.free < _LEAST_FREE:
        return problem("disk", f"{text} Changes will soon be refused. Free some, or move the folder.")
    if usage.free < _LITTLE_FREE:
        return warning("disk", f"{text} Plan for more.")
    return ok("disk", text)


async def store(blobs: BlobStore) -> Sequence[Finding]:
    """Whether the object store takes, gives and deletes, how long that takes, and its clock."""
    began = time.perf_counter()
    try:
        written_at = await blobs.check()
    except DomainError as error:
        return [problem("store", f"{error.message} Check the address, the credentials and the network.")]
    seconds = time.perf_counter() - began
    found = [ok("store", f"It took, gave and deleted an object in {seconds * 1000:.0f} ms.")]
    ahead = written_at - now_ms()
    return [*found, _clock(ahead, "the store's")] if abs(ahead) >= 10 * _CLOCK_WARNING_MS else found


async def issuers(found: Settings, opened: Database) -> Sequence[Finding]:
    """Whether the CI systems whose tokens projects trust publish their keys."""
    used = opened.read_now(provenance.issuers_in_use)
    asked = Issuers(found.ci_issuers)
    findings: list[Finding] = []
    for issuer in sorted(used):
        if issuer not in asked.allowed:
            findings.append(
                warning(
                    "issuers", f"Projects trust {issuer}, which SHORTLIST_CI_ISSUERS does not list: its jobs get 401."
                )
            )
            continue
        try:
            count = await asked.probe(issuer)
            findings.append(
                ok("issuers", f"{issuer} publishes {count} keys.")
                if count
                else problem(
                    "issuers", f"{issuer} publishes no usable key: its jobs will be refused. Ask its administrator."
                )
            )
        except (OutboundError, DomainError) as error:
            findings.append(
                problem("issuers", f"{issuer} cannot be asked for its keys ({error}): its jobs will be refused.")
            )
    return findings or [ok("issuers", "No project trusts a CI system.")]


async def address(found: Settings) -> Sequence[Finding]:
    """Whether the external address leads to a server of this kind that is ready."""
    url = found.external_url.rstrip("/") or f"http://127.0.0.1:{found.port}"
    where = "the external address" if found.external_url else "its port"
    try:
        answer = await get_json(f"{url}/-/readiness", limits=Limits(seconds=6.0))
    except OutboundError as error:
        if error.status == 503:
            return [problem("address", f"The server at {url} says that it is not ready. Its log says why.")]
        if not found.external_url:
            return [warning("address", f"No server answers at {url} ({error}). Is it running, on another port?")]
        return [
            problem(
                "address",
                f"{url} does not lead to this server ({error}). Check the name, the proxy and its host list.",
            )
        ]
    if not isinstance(answer, dict) or "checks" not in answer:
        return [problem("address", f"Something else than Shortlist answers at {url}.")]
    return [ok("address", f"A server that is ready answers at {where}, {url}.")]
