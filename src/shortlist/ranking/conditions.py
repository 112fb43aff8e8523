"""Comparisons of a filter as tests of columns, pure."""

import operator
from collections.abc import Callable
from typing import Literal, NamedTuple

from shortlist.numeric import Flags, Values, np
from shortlist.ranking.scoring import STATUS_CODES
from shortlist.ranking.sheet import TEXTS, Source
from shortlist.search.fields import ATTRIBUTE, METADATA, METRIC, PARAM
from shortlist.search.tree import Comparison, Field, Membership, Node, Value

_COMPARED: dict[str, Callable[[Values, Value], Flags]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OWN: dict[str, Literal["status", "start"]] = {"status": "status", "start_time": "start"}
_CODES = {status.value.upper(): code for status, code in STATUS_CODES.items()}
_NO_STATUS = -1
_EXACT = 2**53  # integers up to here are floats too


class Condition(NamedTuple):
    """Who has a value in a column that passes; NaN is one in the column of a metric, and none in that of a number."""

    source: Source
    key: str
    passes: Callable[[Values], Flags]

    @property
    def is_of_texts(self) -> bool:
        return self.source in TEXTS


def condition_of(node: Node) -> Condition | None:
    """None for what columns do not say, or not exactly what both databases do."""
    if not isinstance(node, Comparison | Membership):
        return None
    values = (node.value,) if isinstance(node, Comparison) else node.values
    source = _source(node.field, values[0])
    if source is None or not all(_is_exact(source, value) for value in values):
        return None
    if source == "status":
        values = tuple(_CODES.get(str(value).upper(), _NO_STATUS) for value in values)
    if isinstance(node, Membership):
        passes = _among(values, negated=node.negated)
    elif node.comparator in _COMPARED:
        passes = _compared(node.comparator, values[0])
    else:
        return None
    return Condition(source, node.field.key, _present(passes) if source == "number" else passes)


def _source(field: Field, value: Value) -> Source | None:
    if field.group == METRIC and field.function in ("", "last"):
        return "metric"
    if field.group == PARAM:
        return "param" if isinstance(value, str) and not field.function else "number"
    if field.group == METADATA:
        return "metadata"
    return _OWN.get(field.key) if field.group == ATTRIBUTE else None


def _is_exact(source: Source, value: Value) -> bool:
    if isinstance(value, int):
        return abs(value) <= _EXACT
    return isinstance(value, str) or source != "start"


def _compared(comparator: str, value: Value) -> Callable[[Values], Flags]:
    compare = _COMPARED[comparator]
    return lambda values: compare(values, value)


def _among(wanted: tuple[Value, ...], *, negated: bool) -> Callable[[Values], Flags]:
    known = frozenset(wanted)

    def passes(values: Values) -> Flags:
        if values.dtype == np.object_:
            found = np.fromiter((text in known for text in values.tolist()), np.bool_, len(values))
        else:
            found = np.isin(values, np.array(wanted))
        return ~found if negated else found

    return passes


def _present(passes: Callable[[Values], Flags]) -> Callable[[Values], Flags]:
    return lambda values: passes(values) & ~np.isnan(values)
