"""What a surface decides for itself: how an answer is written and what an error looks like. One shape each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shortlist.errors import Code, DomainError, InsufficientScope

STATUS: Mapping[Code, int] = {
    Code.INVALID_PARAMETER_VALUE: 400,
    Code.RESOURCE_ALREADY_EXISTS: 409,
    Code.UNAUTHENTICATED: 401,
    Code.PERMISSION_DENIED: 403,
    Code.RESOURCE_DOES_NOT_EXIST: 404,
    Code.ENDPOINT_NOT_FOUND: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.PAYLOAD_TOO_LARGE: 413,
    Code.RANGE_NOT_SATISFIABLE: 416,
    Code.RATE_LIMITED: 429,
    Code.INTERNAL_ERROR: 500,
    Code.TEMPORARILY_UNAVAILABLE: 503,
}

_json = msgspec.json.Encoder()


def error_body(error: DomainError) -> dict[str, Any]:
    """`error_code` and `message`, with the field at fault and the position in it where they are known.

    What is no operation has GitLab's `error` besides, whichever surface was meant.
    """
    body: dict[str, Any] = {"error_code": error.code.value, "message": error.message}
    if error.code is Code.ENDPOINT_NOT_FOUND:
        body["error"] = "404 Not Found"
    if error.field is not None:
        body["field"] = error.field
    if error.position is not None:
        body["position"] = error.position
    if isinstance(error, InsufficientScope):
        body["scope"] = " ".join(error.scopes)
    return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """`statuses` overrides the common table. `error_bytes` writes an error's body, of the type `error_type`.

    `policy` is the content policy of error pages. `challenge` asks for basic authentication on 401, which makes a
    browser open a window of its own, so pages leave it out. `forms` takes the fields of a request from its query, a
    form or JSON, all together. `moves` sends who comes by an old path of a project or group on to its path of today.
    `null_is_absent` takes a null for a field that was not sent, as protobuf's JSON does.
    """

    name: str
    encode: Callable[[Any], bytes] = _json.encode
    statuses: Mapping[Code, int] = field(default_factory=dict[Code, int])
    error_bytes: Callable[[DomainError], bytes] = lambda error: _json.encode(error_body(error))
    error_type: str = "application/json"
    policy: str | None = None
    challenge: bool = True
    forms: bool = False
    moves: bool = False
    null_is_absent: bool = False

    def status_of(self, error: DomainError) -> int:
        return self.statuses.get(error.code) or STATUS[error.code]
