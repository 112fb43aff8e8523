"""Addresses whose escapes are no UTF-8. Whoever decodes them later would put U+FFFD in their place, and store that."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_to_bytes

from starlette.types import Scope

from shortlist.errors import InvalidValue

_REPLACED = "\ufffd"


def check_text(scope: Scope) -> None:
    """Raises InvalidValue, naming the parameter: an address is not UTF-8, in its path or in its query."""
    raw: bytes = scope.get("raw_path") or b""
    path, _, _ = raw.partition(b"?")
    if not _is_text(path):
        parameters: Mapping[str, str] = scope.get("path_params", {})
        raise _no_text(next((name for name, value in parameters.items() if _REPLACED in value), "path"))
    query: bytes = scope["query_string"]
    if not _is_text(query):
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, errors="surrogateescape")
        raise _no_text(next((name for name, value in pairs if not _encodes(value) and _encodes(name)), "query"))


def _is_text(raw: bytes) -> bool:
    if b"%" not in raw and raw.isascii():  # as nearly all are
        return True
    try:
        unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        return False
    return True


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_text(name: str) -> InvalidValue:
    return InvalidValue(f"Invalid {name[:100]}: its bytes are not UTF-8.", field=name[:100])
