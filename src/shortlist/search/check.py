"""Whether a field can be compared so, and with such a value."""

import re

from shortlist.search.fields import Entity, Kind
from shortlist.search.lexer import refusal
from shortlist.search.tree import Comparison, Field, Membership, Value

# SQLite refuses longer patterns (50,000 bytes); a character has up to four, and one that is escaped two more.
MAX_PATTERN = 8_000

_PATTERN = ("LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE")
_EITHER = ("=", "!=")
FLAGS = ("true", "false")
_ID = re.compile(r"[+-]?\d{1,18}", re.ASCII)


def check_comparison(entity: Entity, item: Comparison, parameter: str) -> None:
    """Raises InvalidValue: the comparator or the value does not go with the kind of the field."""
    kind = _kind(entity, item.field)
    text = isinstance(item.value, str)
    if kind is Kind.FLAG and item.comparator not in _EITHER:
        raise refusal(f"expected = or !=, since {_shown(item.field)} is true or false", parameter, item.position)
    if item.comparator in _PATTERN:
        if kind in (Kind.NUMBER, Kind.ID):
            raise refusal(
                f"expected =, !=, <, <=, > or >=, since {_shown(item.field)} is a number", parameter, item.position
            )
        if not text:
            raise refusal(f"expected text in quotes after {item.comparator}", parameter, item.value_position)
        if len(str(item.value)) > MAX_PATTERN:
            raise refusal(f"expected at most {MAX_PATTERN} characters", parameter, item.value_position)
        return
    if item.comparator not in _EITHER and kind is Kind.TEXT:
        raise refusal(
            f"expected =, !=, LIKE, ILIKE, IN or IS NULL, since {_shown(item.field)} is text", parameter, item.position
        )
    if item.comparator not in _EITHER and kind is Kind.MIXED and text:
        raise refusal(f"expected a number without quotes after {item.comparator}", parameter, item.value_position)
    _check_value(kind, item.field, item.value, parameter, item.value_position)


def check_membership(entity: Entity, item: Membership, parameter: str) -> None:
    """Raises InvalidValue: a value does not go with the kind of the field, or texts and numbers are mixed."""
    kind = _kind(entity, item.field)
    if kind is Kind.MIXED and len({isinstance(value, str) for value in item.values}) > 1:
        raise refusal("expected only numbers or only texts in quotes", parameter, item.value_position)
    for value in item.values:
        _check_value(kind, item.field, value, parameter, item.value_position)


def _check_value(kind: Kind, field: Field, value: Value, parameter: str, position: int) -> None:
    text = isinstance(value, str)
    if kind is Kind.FLAG and str(value).lower() not in FLAGS:
        raise refusal(f"expected true or false, since {_shown(field)} is one of them", parameter, position)
    if kind is Kind.TEXT and not text:
        raise refusal(f"expected text in quotes, since {_shown(field)} is text", parameter, position)
    if kind is Kind.NUMBER and text:
        raise refusal(f"expected a number without quotes, since {_shown(field)} is a number", parameter, position)
    if kind is Kind.ID and isinstance(value, str) and not _ID.fullmatch(value):
        raise refusal(f"expected an integer, since {_shown(field)} is one", parameter, position)


def _kind(entity: Entity, field: Field) -> Kind:
    return entity.kind(field.group, field.key, field.function)


def _shown(field: Field) -> str:
    return f"'{field.key[:60]}'"
