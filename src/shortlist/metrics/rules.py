"""Pure checks of what may be logged: keys, values, timestamps and steps. Each refusal names the field."""

import re
from collections.abc import Iterable
from typing import Any

from shortlist.errors import InvalidValue, MissingValue
from shortlist.metrics.types import Points
from shortlist.numeric import np
from shortlist.tracking import rules as tracking_rules

_INT64_MAX = 2**63 - 1
_INT64_MIN = -(2**63)
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*\Z", re.ASCII)
_WORDS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf"), "+Infinity": float("inf")}

# Keys that passed before: a training sends the same few at every step. Cleared when full, so that it stays small.
_known_keys: set[str] = set()
_KNOWN_KEYS_LIMIT = 100_000


def check_key(key: Any, field: str = "key") -> str:
    """The key, if it is one by the rule that parameters and metadata follow too.

    Raises:
        InvalidValue: it is missing, too long, has another character, or is not its own normalised path.
    """
    if isinstance(key, str) and key in _known_keys:
        return key
    if key is not None and not isinstance(key, str):
        raise InvalidValue(f"Invalid value {key!r} for parameter '{field}' supplied: it must be a text.", field=field)
    key = tracking_rules.check_key(key or "", field)
    if len(_known_keys) >= _KNOWN_KEYS_LIMIT:
        _known_keys.clear()
    _known_keys.add(key)
    return key


def check_value(value: Any, field: str = "value") -> float:
    """A number from a number, a boolean, a numeric text, or one of the texts NaN, Infinity and -Infinity."""
    if isinstance(value, float):
        return value
    if isinstance(value, int):
        return _float_of_int(value)
    if isinstance(value, str):
        if value in _WORDS:
            return _WORDS[value]
        if _NUMBER.match(value):
            return float(value)
    raise _wrong(value, field, "it must be a number")


def _float_of_int(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def check_timestamp(timestamp: Any, field: str = "timestamp") -> int:
    """Milliseconds since 1970 UTC, not negative, in 64 bits. Fractions are cut off."""
    if timestamp is None:
        raise MissingValue(field)
    found = _integer(timestamp, field)
    if found < 0:
        raise _wrong(timestamp, field, "it must not be negative")
    return found


def check_step(step: Any, field: str = "step") -> int:
    """Any integer of 64 bits; a missing one is 0. A fraction is refused: two steps would silently become one."""
    if isinstance(step, float) and not step.is_integer():
        raise _wrong(step, field, "it must be an integer")
    return 0 if step is None else _integer(step, field)


def point(key: Any, value: Any, timestamp: Any, step: Any) -> tuple[str, float, int, int]:
    """One checked point, as `Points.of` takes it."""
    return check_key(key), check_value(value), check_timestamp(timestamp), check_step(step)


def points(rows: Iterable[tuple[Any, Any, Any, Any]], field: str = "metrics") -> Points:
    """Checked points from (key, value, timestamp, step) as they were decoded from JSON.

    Raises:
        InvalidValue: the first fault; its field is such as `metrics[3].value`.
    """
    keys: dict[str, int] = {}
    index: list[int] = []
    values: list[float] = []
    timestamps: list[int] = []
    steps: list[int] = []
    known = _known_keys
    for key, value, timestamp, step in rows:
        # Nearly every point of every batch passes here; whatever is unusual is looked at again with its name.
        if (
            type(value) is float
            and type(timestamp) is int
            and type(step) is int
            and 0 <= timestamp <= _INT64_MAX
            and _INT64_MIN <= step <= _INT64_MAX
            and type(key) is str
            and key in known
        ):
            index.append(keys.setdefault(key, len(keys)))
            values.append(value)
            timestamps.append(timestamp)
            steps.append(step)
            continue
        name = f"{field}[{len(index)}]"
        index.append(keys.setdefault(check_key(key, f"{name}.key"), len(keys)))
        values.append(check_value(value, f"{name}.value"))
        timestamps.append(check_timestamp(timestamp, f"{name}.timestamp"))
        steps.append(check_step(step, f"{name}.step"))
    return Points(
        list(keys),
        np.array(index, np.int64),
        np.array(steps, np.int64),
        np.array(timestamps, np.int64),
        np.array(values, np.float64),
    )


def _integer(given: Any, field: str) -> int:
    found: int | None = None
    if isinstance(given, bool):
        found = None
    elif isinstance(given, int):
        found = given
    elif isinstance(given, float) and abs(given) < 2.0**63:
        found = int(given)
    elif isinstance(given, str) and len(given) < 400 and _NUMBER.match(given):
        found = _integer_of_text(given)
    if found is None:
        raise _wrong(given, field, "it must be an integer")
    if not _INT64_MIN <= found <= _INT64_MAX:
        raise _wrong(given, field, "it must fit in 64 bits")
    return found


def _integer_of_text(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        number = float(text)
        return int(number) if abs(number) < 2.0**63 else None


def _wrong(given: Any, field: str, rule: str) -> InvalidValue:
    shown = repr(given)
    if len(shown) > 100:
        shown = shown[:100] + "..."
    return InvalidValue(f"Invalid value {shown} for parameter '{field}' supplied: {rule}.", field=field)
