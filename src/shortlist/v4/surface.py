"""How `/api/v4` answers: GitLab's errors, with the code and the field that the other surfaces name as well."""

from typing import Any

import msgspec

from shortlist.errors import Code, DomainError, Fault, InsufficientScope, InvalidValue
from shortlist.http.surface import STATUS, Surface, error_body

PREFIX = "/api/v4"
PROJECT = f"{PREFIX}/projects/{{project}}"
GROUP = f"{PREFIX}/groups/{{group}}"

# GitLab's messages begin with the status, and clients show them as they are.
_BEGINNINGS = {
    Code.UNAUTHENTICATED: "401 Unauthorized - ",
    Code.PERMISSION_DENIED: "403 Forbidden - ",
    Code.RESOURCE_DOES_NOT_EXIST: "404 ",
    Code.ENDPOINT_NOT_FOUND: "404 Not Found - ",
    Code.METHOD_NOT_ALLOWED: "405 Not Allowed - ",
}

_WORDS = {
    Fault.MISSING: "is missing",
    Fault.WRONG_KIND: "is invalid",
    Fault.OUT_OF_RANGE: "is invalid",
    Fault.NOT_A_CHOICE: "does not have a valid value",
}

_json = msgspec.json.Encoder()


def error_bytes(error: DomainError) -> bytes:
    """`message` as GitLab writes it, and `error` where GitLab has that instead: for a parameter at fault, a wrong
    method, and a token's missing scope, which has the three keys of RFC 6750.
    """
    body: dict[str, Any] = error_body(error)
    if isinstance(error, InsufficientScope):
        body = {"error": "insufficient_scope", "error_description": error.message, **body}
    elif error.code is Code.INVALID_PARAMETER_VALUE:
        body = {"error": _of_parameter(error), **body}
    elif error.code is Code.METHOD_NOT_ALLOWED:
        body = {"error": "405 Not Allowed", **body}
    body["message"] = _BEGINNINGS.get(error.code, "") + _in_capitals(error.message)
    return _json.encode(body)


def _of_parameter(error: DomainError) -> str:
    """GitLab's three words for what a request's decoding refuses; what a rule refuses has a text of its own."""
    words = _WORDS.get(error.fault) if isinstance(error, InvalidValue) and error.fault else None
    return f"{error.field} {words}" if words else error.message


def _in_capitals(message: str) -> str:
    """GitLab's `404 Project Not Found`, which scripts compare."""
    return message.removesuffix(" not found") + " Not Found" if message.endswith(" not found") else message


SURFACE = Surface(name="v4", statuses=STATUS, error_bytes=error_bytes, forms=True)
