"""Arrays as PostgreSQL reads them in text: the driver writes a list value by value, ten times as slowly."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

# Values of numpy give themselves as Python's.
_json = msgspec.json.Encoder(enc_hook=lambda value: value.item())


def array(kind: str, values: Sequence[Any]) -> str:
    """The array of values of one of PostgreSQL's types, None as NULL; the statement says the type.

    JSON's array is PostgreSQL's save for the brackets, but for bytes, for infinities and for what it escapes.
    """
    plain: list[Any] = getattr(values, "tolist", lambda: list(values))()
    if kind != "bytea" and not (kind == "double precision" and (math.inf in plain or -math.inf in plain)):
        text = _json.encode(plain).decode()
        if "\\" not in text:
            return f"{{{text[1:-1]}}}"
    form = _FORMS.get(kind, str)
    return f"{{{','.join(['NULL' if value is None else form(value) for value in plain])}}}"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_FORMS: dict[str, Callable[[Any], str]] = {"text": _text, "bytea": lambda value: f'"\\\\x{value.hex()}"'}
