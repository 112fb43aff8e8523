"""The language without SQL: what a filter and an order mean, in plain Python, one record at a time."""

import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from shortlist.search.fields import CANDIDATE, Kind
from shortlist.search.tree import And, Comparison, Field, Membership, Node, Not, Null, Or, Order, Value, Words
from shortlist.tracking.rules import as_number

_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
NAN = "NaN"
_CASELESS = {Field("attribute", "status"): str.upper, Field("attribute", "starred"): str.lower}


@dataclass
class Record:
    """A candidate. A metric is the list of its values in order of steps."""

    iid: int
    experiment: int = 1
    name: str = ""
    status: str = "running"
    created_by: str = ""
    start_time: int = 0
    end_time: int | None = None
    note: str = ""
    parent: str | None = None
    updated: int = 0
    deleted: bool = False
    metrics: dict[str, list[float]] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    datasets: list[dict[str, str | None]] = field(default_factory=list)

    @property
    def run_id(self) -> str:
        return f"{(self.iid * 7919) % 1000:032x}"


def matches(record: Record, node: Node | None) -> bool:
    match node:
        case None:
            return True
        case And():
            return all(matches(record, item) for item in node.items)
        case Or():
            return any(matches(record, item) for item in node.items)
        case Not():
            return not matches(record, node.item)
        case Words():
            texts = [record.name, record.note, *record.params.values(), *record.metadata.values()]
            return any(_lower(node.text) in _lower(text) for text in texts)
        case Null():
            return bool(values(record, node.field)) == node.negated
        case Comparison():
            return any(
                _compare(node.field, value, node.comparator, node.value)
                for value in values(record, node.field, node.value)
            )
        case Membership():
            found = values(record, node.field, node.values[0])
            if node.negated:
                return any(all(_compare(node.field, value, "!=", other) for other in node.values) for value in found)
            return any(_compare(node.field, value, "=", other) for value in found for other in node.values)


def values(record: Record, field: Field, beside: Value = "") -> list[object]:
    """The values of a field, none when it is missing. A NaN is NAN. `beside` is what they are compared with."""
    if field.group == "attribute":
        return _own(record, field.key)
    if field.group == "metric":
        return _metric(record.metrics.get(field.key), field.function)
    if field.group == "dataset":
        return [item[field.key] for item in record.datasets if item[field.key] is not None]
    pairs = record.params if field.group == "param" else record.metadata
    if field.key not in pairs:
        return []
    text = pairs[field.key]
    if field.function == "number" or not isinstance(beside, str):
        number = as_number(text)
        return [] if number is None else [number]
    return [text]


def _own(record: Record, key: str) -> list[object]:
    match key:
        case "status":
            return [record.status.upper()]
        case "duration":
            return [] if record.end_time is None else [record.end_time - record.start_time]
        case "note":
            return [record.note] if record.note else []
        case "starred":
            return ["false"]  # who searches here has no account
        case "artifact_uri":
            return [f"mlflow-artifacts:/files/candidate:{record.iid}"]
        case _:
            value = getattr(record, key)
            return [] if value is None else [value]


def _metric(points: list[float] | None, function: str) -> list[object]:
    if points is None:
        return []
    finite = [value for value in points if math.isfinite(value)]
    if function in ("min", "max"):
        return [NAN] if not finite else [min(finite) if function == "min" else max(finite)]
    value = points[0] if function == "first" else points[-1]
    return [NAN if math.isnan(value) else value]


def _compare(field: Field, found: object, comparator: str, value: Value) -> bool:
    if found == NAN and CANDIDATE.kind(field.group, field.key, field.function) is Kind.NUMBER:
        return comparator == "!="
    if "LIKE" in comparator:
        return _like(str(found), str(value), blind="ILIKE" in comparator) != comparator.startswith("NOT")
    if field.key in ("iid", "experiment"):
        value = int(value)
    if field in _CASELESS:
        value = _CASELESS[field](str(value))
    match comparator:
        case "=":
            return found == value
        case "!=":
            return found != value
        case "<":
            return found < value  # pyright: ignore[reportOperatorIssue]
        case "<=":
            return found <= value  # pyright: ignore[reportOperatorIssue]
        case ">":
            return found > value  # pyright: ignore[reportOperatorIssue]
        case _:
            return found >= value  # pyright: ignore[reportOperatorIssue]


def _like(text: str, pattern: str, *, blind: bool) -> bool:
    if blind:
        text, pattern = _lower(text), _lower(pattern)
    parts = re.findall(r"\\[%_\\]|.", pattern, re.DOTALL)
    meaning = {"%": ".*", "_": "."}
    expression = "".join(meaning.get(part) or re.escape(part[-1]) for part in parts)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _lower(text: str) -> str:
    return text.translate(_LOWER)


def ordered(records: Sequence[Record], orders: Sequence[Order]) -> list[Record]:
    """Numbers or texts first, then NaN, then what is missing; then the latest start; then the id."""
    asked = list(orders)
    if Field("attribute", "start_time") not in [order.field for order in asked]:
        asked.append(Order(Field("attribute", "start_time"), descending=True))
    asked.append(Order(Field("attribute", "run_id")))

    def compare(one: Record, other: Record) -> int:
        for order in asked:
            found = _before(_ranked(one, order.field), _ranked(other, order.field), order.descending)
            if found:
                return found
        return 0

    return sorted(records, key=functools.cmp_to_key(compare))


def _ranked(record: Record, field: Field) -> tuple[int, object]:
    found = values(record, field)
    if not found:
        return 2, None
    is_nan = found[0] == NAN and field.group == "metric"
    return (1, None) if is_nan else (0, found[0])


def _before(one: tuple[int, object], other: tuple[int, object], descending: bool) -> int:
    if one[0] != other[0]:
        return -1 if one[0] < other[0] else 1
    if one[0] or one[1] == other[1]:
        return 0
    smaller = one[1] < other[1]  # pyright: ignore[reportOperatorIssue]
    return -1 if smaller != descending else 1
