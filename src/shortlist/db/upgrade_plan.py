"""What an upgrade would do to a database, said before it is done."""

import ast
import re
from pathlib import Path

import msgspec
from sqlalchemy import Connection, func, inspect, select, table, text

from shortlist.db import engine as engines
from shortlist.db import migrate

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_WORD = re.compile(r"\w+")


class Step(msgspec.Struct, frozen=True):
    """One migration, and the tables that are there already and that it changes, with their number of rows."""

    revision: str
    what: str
    changed: dict[str, int]


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
    changed = sorted({name for node in ast.walk(upgrade) for name in _changed(node)} & there)
    what = path.stem.partition("_")[2].replace("_", " ")
    return Step(revision, what, {name: _rows(connection, name) for name in changed})


def _changed(node: ast.AST) -> set[str]:
    """The words in the arguments of an operation that changes a table; those that are no tables are left to others."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return set()
    if node.func.attr in ("create_table", "drop_table") or not isinstance(node.func.value, ast.Name):
        return set()
    if node.func.value.id != "op":
        return set()
    strings = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return {word for string in strings for word in _WORD.findall(string)}


def _rows(connection: Connection, name: str) -> int:
    """About how many rows a table has: PostgreSQL's estimate, since a large one takes long to count."""
    if connection.dialect.name == "postgresql":
        statement = text("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass(:name)")
        return int(connection.execute(statement, {"name": name}).scalar_one())
    return int(connection.execute(select(func.count()).select_from(table(name))).scalar_one())
