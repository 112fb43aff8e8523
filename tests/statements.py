"""Whether each statement that the server sends to tables of projects carries the project, as Citus needs it.

A use of such a table carries it where its `project_id` is compared for equality with a value, or with that of another
use that carries it. Only conditions that always hold count, and only for the tables of their own query: the condition
of an EXISTS does not limit the query around it, nor that of a LEFT JOIN the table on its left.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest
import sqlglot
from sqlalchemy.engine.default import DefaultDialect
from sqlglot import exp
from sqlglot.errors import ParseError

from shortlist.db import distribution, driver

_TENANTS = frozenset(table.name for table in distribution.distributed())
_PARAMETER = re.compile(r"(?:%\(\w+\)s|%s|\?|'p')(?:::\w+(?: precision| varying)?(?:\[\])?)?", re.IGNORECASE)
_REPEATED = re.compile(r"'p'(?:,\s*'p')+")
_ROWS = re.compile(r"\('p'\)(?:,\s*\('p'\))+")
_QUERIES = (exp.Select, exp.Update, exp.Delete, exp.Insert)
_CONSTANT = None

# Functions, or the beginnings of their names, whose statements are for all projects, each with the reason.
OF_ALL_PROJECTS = {
    "backup.store.": "a backup holds the whole server, and a restore fills it",
    "connected.store.due": "one thread asks CI systems for all projects",
    "connected.store.recorded_since": "one thread asks CI systems for all projects",
    "connected.store.standing": "the health of the whole server",
    "db.migrate.": "a migration changes whole tables",
    "db.upgrade_plan.": "says how many rows of whole tables an upgrade reads",
    "db.purge.purge_person": "an account goes, and with it its stars in all projects",
    "metrics.store.projects_with_log": "finds the projects that the folder works for, one after the other",
    "metrics.store.waiting": "the health of the whole server",
    "metrics.store_cold.amount": "the health of the whole server",
    "metrics.store_cold.left_before": "the sweep of files is for all projects",
    "metrics.store_cold.objects": "a look at the newest files of the whole server",
    "metrics.store_cold.projects_after": "finds the projects whose points are moved, one after the other",
    "packages.store.projects_with_content": "finds the projects that are swept, one after the other",
    "packages.store_contents.kept_bytes": "the limit of what the database keeps is the whole server's",
    "packages.store_contents.some": "small contents are moved to the object store for all projects",
    "packages.store_uploads.projects_with_uploads": "finds the projects that are swept, one after the other",
    "projects.store.": "from paths and members to projects; `project` is on every machine",
    "projects.store_members.remove_everywhere": "an account goes, and with it its roles in all projects",
    "provenance.store.issuers_in_use": "the issuers whose keys the server watches",
    "provenance.store.publishers_for": "a token of CI names its issuer, and the rules say which project that is",
    "retention.store.due": "finds the projects whose rules are applied, one after the other",
    "retention.store_purge.projects_with_expired": "finds the projects that are purged, one after the other",
}

# What sends the statements of others.
_PLUMBING = frozenset(
    f"db.{name}"
    for name in "bulk committer database driver engine packed prepared remembered traced writer".split()  # noqa: SIM905
)

# A use of a table: the query that reads or changes it, and its name there.
Use = tuple[int, str]
# The project of the first is that of the second, or is a value.
Limit = tuple[Use, Use | None]


def normalised(statement: str) -> str:
    """The text without the number and the names of its values: one for all pages, lists and batches."""
    text = _PARAMETER.sub("'p'", statement).replace("%%", "%")
    return _ROWS.sub("('p')", _REPEATED.sub("'p'", text))


def is_limited(statement: str) -> bool:
    """Each use of a tenant table goes with a key, a condition or a join on its project."""
    return _is_limited(normalised(statement), "?" in statement)


@lru_cache(maxsize=16384)
def _is_limited(text: str, for_sqlite: bool) -> bool:
    if not text.lstrip(" \n(").upper().startswith(("SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE", "WITH")):
        return True  # transactions, PRAGMA, DDL
    if _TENANTS.isdisjoint(re.findall(r"\w+", text)):
        return True
    return _Statement(_parsed(text), for_sqlite=for_sqlite).is_limited()


def _parsed(text: str) -> exp.Expr:
    try:
        return sqlglot.parse_one(text, dialect="postgres")
    except ParseError:
        return sqlglot.parse_one(text, dialect="sqlite")


class _Statement:
    def __init__(self, root: exp.Expr, *, for_sqlite: bool) -> None:
        self._root = root
        self._for_sqlite = for_sqlite
        self._defined = {cte.alias: cte.this for cte in root.find_all(exp.CTE)}
        self._sources: dict[int, dict[str, exp.Expr]] = {}
        self._wanted: list[Use] = []
        self._limits: set[Limit] = set()
        queries = list(root.find_all(*_QUERIES))
        for query in queries:
            self._sources[id(query)] = {source.alias_or_name: source for source in _sources(query)}
        for query in queries:
            self._look(query)

    def is_limited(self) -> bool:
        if not all(_has_key(insert) for insert in self._root.find_all(exp.Insert)):
            return False
        carrying: set[Use | None] = {_CONSTANT}
        while True:
            more = {use for use, of in self._limits if of in carrying} - carrying
            more |= {use for use in self._derived() if self._is_derived_limited(use, carrying)} - carrying
            more |= {inner for use in self._derived() if use in carrying for inner in self._inside(use)} - carrying
            if not more:
                return carrying.issuperset(self._wanted)
            carrying |= more

    def _look(self, query: exp.Expr) -> None:
        for name, source in self._sources[id(query)].items():
            use = (id(query), name)
            if self._is_tenant(source):
                self._wanted.append(use)
            elif isinstance(source, exp.Table) and isinstance(source.this, exp.Func):
                self._limits.add((use, _CONSTANT))  # made of the statement's values
            if isinstance(query, exp.Insert):
                self._limits |= {(use, _CONSTANT), ((id(query), "excluded"), _CONSTANT)}
        where = query.args.get("where")
        if where is not None:
            self._limits |= self._conditions(query, where.this)
        for join in query.find_all(exp.Join):
            if join.find_ancestor(*_QUERIES) is query and join.args.get("on") is not None:
                found = self._conditions(query, join.args["on"])
                if join.side:
                    right = (id(query), join.this.alias_or_name)
                    found = {limit for limit in found if join.side == "LEFT" and limit[0] == right}
                self._limits |= found

    def _is_tenant(self, source: exp.Expr) -> bool:
        return isinstance(source, exp.Table) and source.name in _TENANTS and source.name not in self._defined

    def _conditions(self, query: exp.Expr, condition: exp.Expr) -> set[Limit]:
        condition = condition.unnest()
        match condition:
            case exp.And():
                return self._conditions(query, condition.this) | self._conditions(query, condition.expression)
            case exp.Or():
                return self._conditions(query, condition.this) & self._conditions(query, condition.expression)
            case exp.Boolean(this=False) | exp.EQ(this=exp.Literal(this="0"), expression=exp.Literal(this="1")):
                return {((id(query), name), _CONSTANT) for name in self._sources[id(query)]}  # it reads nothing
            case exp.EQ():
                return self._equal(query, condition.this, condition.expression)
            case exp.In() if condition.find(exp.Intersect, exp.Except) and not self._for_sqlite:
                return set()  # Citus does not see through it
            case exp.In():
                return self._equal(query, condition.this, exp.Literal.string("p"))
            case _:
                return set()

    def _equal(self, query: exp.Expr, left: exp.Expr, right: exp.Expr) -> set[Limit]:
        found: set[Limit] = set()
        for ours, theirs in _pairs(left, right):
            for one, other in ((ours, theirs), (theirs, ours)):
                use, of = self._use(query, one), self._use(query, other)
                if use is None or use[0] != id(query):
                    continue
                if of is not None:
                    found.add((use, of))
                elif not any(self._is_known(query, column) for column in other.find_all(exp.Column)):
                    found.add((use, _CONSTANT))
        return found

    def _is_known(self, query: exp.Expr, column: exp.Column) -> bool:
        """Whether it is of this query and not of one inside of it."""
        return column.find_ancestor(*_QUERIES) is query

    def _use(self, query: exp.Expr, value: exp.Expr) -> Use | None:
        """Whose project a value is; None where it is none."""
        column = value.unnest()
        if not isinstance(column, exp.Column):
            return None
        at: exp.Expr | None = query
        while at is not None:
            sources = self._sources[id(at)]
            name = column.table
            if not name:
                having = [key for key, source in sources.items() if self._has_project(source)]
                name = having[0] if len(having) == 1 else ""
            if name in sources:
                return (id(at), name) if column.name == _key_of(sources[name]) else None
            if isinstance(at, exp.Insert) and name == "excluded":
                return (id(at), name) if column.name == distribution.COLUMN else None
            if at.args.get("offset") is not None:
                return None  # planned by itself (`dialect.alone`): Citus does not see what the query around it limits
            at = at.find_ancestor(*_QUERIES)
        return None

    def _has_project(self, source: exp.Expr) -> bool:
        return self._is_tenant(source) or source.name in self._defined or isinstance(source, exp.Subquery)

    def _derived(self) -> Iterator[Use]:
        for query, sources in self._sources.items():
            for name, source in sources.items():
                if isinstance(source, exp.Subquery) or source.name in self._defined:
                    yield query, name

    def _made_of(self, source: exp.Expr) -> Iterator[exp.Expr]:
        """The queries that a derived table is the union of."""
        return _branches(source.this if isinstance(source, exp.Subquery) else self._defined[source.name])

    def _inside(self, use: Use) -> Iterator[Use]:
        """Whose project a derived table gives away as its own: what limits the one limits the other."""
        source = self._sources[use[0]][use[1]]
        for branch in self._made_of(source):
            if isinstance(branch, exp.Select) and not (branch.args.get("limit") or branch.args.get("offset")):
                for part in branch.expressions:
                    if part.alias_or_name == distribution.COLUMN and (of := self._use(branch, part.unalias())):
                        yield of

    def _is_derived_limited(self, use: Use, carrying: set[Use | None]) -> bool:
        source = self._sources[use[0]][use[1]]
        for branch in self._made_of(source):
            if not isinstance(branch, exp.Select):
                continue  # VALUES
            if any(found.name == source.name for found in _sources(branch) if source.name in self._defined):
                continue  # itself, in a recursion: as limited as what it begins with
            made = [part for part in branch.expressions if part.alias_or_name == distribution.COLUMN]
            if not made:
                return False
            value = made[0].unalias()
            of = self._use(branch, value)
            if of not in carrying or (of is None and isinstance(value, exp.Column)):
                return False
        return True


def _sources(query: exp.Expr) -> list[exp.Expr]:
    """What a query reads or changes, without what queries inside of it do."""
    found: list[exp.Expr] = []
    for part in query.find_all(exp.Table, exp.Subquery, exp.Values):
        parent = part.parent
        if isinstance(parent, (exp.From, exp.Join, exp.Lateral)) or part.arg_key == "using" or parent is query:
            if part.find_ancestor(*_QUERIES) is query and (isinstance(part, exp.Table) or part.alias):
                found.append(part)
        elif isinstance(parent, exp.Schema) and parent.parent is query:
            found.append(part)
    return found


def _key_of(source: exp.Expr) -> str:
    return "id" if source.name == "project" else distribution.COLUMN


def _branches(query: exp.Expr) -> Iterator[exp.Expr]:
    query = query.unnest()
    if isinstance(query, exp.SetOperation):
        yield from _branches(query.this)
        yield from _branches(query.expression)
    else:
        yield query


def _pairs(left: exp.Expr, right: exp.Expr) -> list[tuple[exp.Expr, exp.Expr]]:
    ours, theirs = left.unnest(), right.unnest()
    if isinstance(ours, exp.Tuple) and isinstance(theirs, exp.Tuple):
        return list(zip(ours.expressions, theirs.expressions, strict=False))
    if isinstance(ours, exp.Tuple):
        return [(part, theirs) for part in ours.expressions]
    return [(ours, theirs)]


def _has_key(insert: exp.Insert) -> bool:
    into = insert.this
    if into.find(exp.Table).name not in _TENANTS:
        return True
    if not isinstance(into, exp.Schema) or distribution.COLUMN not in {part.name for part in into.expressions}:
        return False
    conflict = insert.args.get("conflict")
    keys = conflict.args.get("conflict_keys") if conflict is not None else None
    return not keys or distribution.COLUMN in {part.name for part in keys}


class Sent:
    """The statements that the program sends in this process, each with the function that sent it first.

    Those that tests send themselves, to look or to spoil something, are theirs.
    """

    def __init__(self) -> None:
        self.senders: dict[str, str] = {}
        self._new: list[str] = []

    def note(self, text: str) -> None:
        if text not in self.senders:
            sender = _sender()
            if sender:
                self.senders[text] = sender
                self._new.append(text)

    def unlimited(self) -> list[str]:
        """What was sent for the first time since the last call, and neither carries the project nor is excused."""
        found: list[str] = []
        while self._new:
            text = self._new.pop()
            sender = self.senders[text]
            if not sender.startswith(tuple(OF_ALL_PROJECTS)) and not is_limited(text):
                found.append(f"{sender}: {text}")
        return found


def _sender() -> str:
    """The innermost function of ours that is no plumbing; empty where a test comes first."""
    frame = sys._getframe(3)  # past what watches
    while frame is not None:
        package, _, module = str(frame.f_globals.get("__name__")).partition(".")
        if package == "tests":
            return ""
        if package == "shortlist" and module not in _PLUMBING:
            return f"{module}.{frame.f_code.co_name}"
        frame = frame.f_back
    return ""


@contextmanager
def gathered() -> Iterator[Sent]:
    """What is sent while it lasts; both ways to the database are watched."""
    sent = Sent()
    ran: Callable[..., Any] = driver._run  # pyright: ignore[reportPrivateUsage]

    def run(connection: object, text: str, *rest: Any, **more: Any) -> Any:
        sent.note(text)
        return ran(connection, text, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driver, "_run", run)
        for name in ("do_execute", "do_executemany"):
            patch.setattr(DefaultDialect, name, _noting(getattr(DefaultDialect, name), sent))
        yield sent


def _noting(execute: Callable[..., None], sent: Sent) -> Callable[..., None]:
    def noted(dialect: object, cursor: object, statement: str, *rest: Any, **more: Any) -> None:
        sent.note(statement)
        execute(dialect, cursor, statement, *rest, **more)

    return noted
