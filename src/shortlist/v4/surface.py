"""How `/api/v4` answers: GitLab's errors, with the code and the field that the other surfaces name as well."""

from typing import Any

import msgspec

from shortlist.errors import Code, DomainError, InsufficientScope
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

_json = msgspec.json.Encoder()


def error_bytes(error: DomainError) -> bytes:
    """`message` as GitLab writes it. A token's missing scope has the three keys of RFC 6750 besides."""
    body: dict[str, Any] = error_body(error)
    if isinstance(error, InsufficientScope):
        body = {"error": "insufficient_scope", "error_description": error.message, **body}
    body["message"] = _BEGINNINGS.get(error.code, "") + error.message
    return _json.encode(body)


SURFACE = Surface(name="v4", statuses=STATUS, error_bytes=error_bytes, forms=True)
