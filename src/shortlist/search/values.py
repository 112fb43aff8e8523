"""The values that a field of candidates has, with counts: what a half-written filter is completed with."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, case, func, select

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.metrics import store as metric_store
from shortlist.search.candidates import CandidateBinding
from shortlist.search.compile import ESCAPE, contains
from shortlist.search.fields import CANDIDATE, METRIC, Kind
from shortlist.search.lexer import Kind as Token
from shortlist.search.reader import Reader
from shortlist.search.slots import Joined
from shortlist.search.tree import Field

MAX_VALUES = 100
MAX_TEXT = 200


class Counted(msgspec.Struct, frozen=True):
    value: str
    candidates: int


class Values(msgspec.Struct, frozen=True):
    """Texts, those that begin with what was asked first and the most frequent before the others; or the smallest and
    the greatest finite number."""

    values: list[Counted]
    low: float | None = None
    high: float | None = None


def of_field(
    connection: Connection, scope: Scope, experiment_iid: int, text: str, part: str = "", limit: int = 20
) -> Values:
    """What the candidates of an experiment that are not deleted have in a field; `part` is in the texts, in any case.

    One statement, and two for a metric. The rows of one key are neighbours in `param` and `metadata`, so it reads
    those of this key alone; numbers come from the ends of an index.

    Raises:
        InvalidValue: no field, a part that is too long, a limit out of range.
    """
    field = _field(text)
    if len(part) > MAX_TEXT:
        raise InvalidValue(f"Expected at most {MAX_TEXT} characters.", field="part")
    if not 1 <= limit <= MAX_VALUES:
        raise InvalidValue(f"The limit must be between 1 and {MAX_VALUES}.", field="limit")
    key_ids = metric_store.key_ids(connection, scope.project_id, [field.key]) if field.group == METRIC else {}
    binding = CandidateBinding(connection, scope, [experiment_iid], "active", key_ids)
    joined = binding.slot(field).joined()
    if joined is None:
        return Values([])
    reading = _Reading(binding, joined)
    if CANDIDATE.kind(field.group, field.key, field.function) is Kind.NUMBER:
        low, high = reading.ends(connection)
        return Values([], low, high)
    return Values(reading.texts(connection, part, limit))


def _field(text: str) -> Field:
    reader = Reader(text, CANDIDATE, "field")
    found = reader.field()
    if reader.peek().kind is not Token.END:
        reader.fail("one field")
    return found


class _Reading:
    def __init__(self, binding: CandidateBinding, joined: Joined) -> None:
        self._value = joined.value
        self._source = joined.only(binding.table)
        self._where: list[ColumnElement[bool]] = [joined.value.is_not(None)]
        if joined.driving is None:
            self._where.append(binding.searched)
        else:
            self._where += [joined.driving, binding.kept]

    def texts(self, connection: Connection, part: str, limit: int) -> list[Counted]:
        # What is longer is no help in a list, and cut it would find nothing.
        wanted = [*self._where, func.length(self._value) <= MAX_TEXT]
        order: list[ColumnElement[Any]] = []
        if part:
            wanted.append(self._value.ilike(contains(part), escape=ESCAPE))
            begins = self._value.ilike(contains(part).removeprefix("%"), escape=ESCAPE)
            order.append(func.min(case((begins, 0), else_=1)))
        count = func.count()
        statement = (
            select(self._value, count)
            .select_from(self._source)
            .where(*wanted)
            .group_by(self._value)
            .order_by(*order, count.desc(), self._value)
            .limit(limit)
        )
        return [Counted(value, number) for value, number in connection.execute(statement)]

    def ends(self, connection: Connection) -> tuple[float | None, float | None]:
        rows = select(self._value).select_from(self._source).where(*self._where)
        ordered = (self._value, self._value.desc())
        low, high = (rows.order_by(order).limit(1).scalar_subquery() for order in ordered)
        row = connection.execute(select(low, high)).one()
        return row[0], row[1]
