"""What an upgrade would do to a database, said before it is done."""

import ast
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Connection, func, inspect, select, table, text

from shortlist.db import engine as engines
from shortlist.db import migrate

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_WORD = re.compile(r"\w+")
# `create_index` of `db/online.py`, which is called without `op`.
_ONLINE = "online"
# What each operation of a migration is called.
_WORDS = {
    "create_table": "creates",
    "add_column": "adds columns to",
    "create_index": "builds an index, while writers wait, of",
    _ONLINE: "builds an index, while servers go on writing on PostgreSQL, of",
    "execute": "reads or rewrites, while writers of them wait, the rows of",
}
# Of narrow rows on the two cores of the benchmark machine, with the data in memory; the slower of the two databases.
_ROWS_A_SECOND = {"create_index": 300_000, _ONLINE: 300_000, "execute": 30_000}


class Step(msgspec.Struct, frozen=True):
    """One migration, what it does in words, the tables that are there and that it changes with their number of rows,
    and about how long its indexes and rows take."""

    revision: str
    what: str
    actions: list[str]
    changed: dict[str, int]
    seconds: float


class UpgradePlan(msgspec.Struct, frozen=True):
    """`found` is None for an empty database; a revision that this program does not know makes no steps."""

    found: str | None
    steps: list[Step]


def plan(url: str) -> UpgradePlan:
    """Raises InvalidValue: the database cannot be opened."""
    found = migrate.check_reachable(url)
    known = sorted(migrate.known_revisions())
    if found is None or found not in known:
        return UpgradePlan(found, [])
    engine = engines.create(engines.normalise_url(url))
    try:
        with engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            steps = [_step(connection, revision, there) for revision in known if revision > found]
    finally:
        engine.dispose()
    return UpgradePlan(found, steps)


def _step(connection: Connection, revision: str, there: set[str]) -> Step:
    path = next(_VERSIONS.glob(f"{revision}_*.py"))
    tree = ast.parse(path.read_text())
    upgrade = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    found = [operation for node in upgrade.body for operation in _operations(node)]
    changed = sorted({name for name, tables in found if name != "create_table" for name in tables & there})
    rows = {name: _rows(connection, name) for name in changed}
    actions = [
        f"{_WORDS[name]} {', '.join(sorted(tables if name == 'create_table' else tables & there))}"
        for name, tables in found
        if name == "create_table" or tables & there
    ]
    seconds = sum(
        rows[table] / _ROWS_A_SECOND[name]
        for name, tables in found
        if name in _ROWS_A_SECOND
        for table in tables & there
    )
    what = path.stem.partition("_")[2].replace("_", " ")
    return Step(revision, what, list(dict.fromkeys(actions)), rows, seconds)


def _operations(statement: ast.stmt) -> list[tuple[str, set[str]]]:
    """The operations on the schema in a statement, in their order, with the words that may be tables: those of the
    batch around them as well."""
    around: set[str] = set()
    found: list[tuple[str, set[str]]] = []
    for node in ast.walk(statement):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "create_index" and isinstance(node.func, ast.Name):
            name = _ONLINE
        words = _words(node.args[:1]) if name == "create_table" else _words([node])
        if name == "batch_alter_table":
            around = words
        elif name in _WORDS:
            found.append((name, words if name == "create_table" else words | around))
    return found


def _words(nodes: Sequence[ast.AST]) -> set[str]:
    parts = (part for node in nodes for part in ast.walk(node) if isinstance(part, ast.Constant))
    return {word for part in parts if isinstance(part.value, str) for word in _WORD.findall(part.value)}


def _rows(connection: Connection, name: str) -> int:
    """About how many rows a table has: PostgreSQL's estimate, since a large one takes long to count."""
    if connection.dialect.name == "postgresql":
        statement = text("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass(:name)")
        return int(connection.execute(statement, {"name": name}).scalar_one())
    return int(connection.execute(select(func.count()).select_from(table(name))).scalar_one())
