"""Errors of the domain. They know no HTTP: each surface maps a code to a status and a body of its own."""

from collections.abc import Collection
from enum import Enum, StrEnum, auto


class Code(StrEnum):
    """What went wrong, in the vocabulary that the MLflow client branches on."""

    INVALID_PARAMETER_VALUE = "INVALID_PARAMETER_VALUE"
    RESOURCE_ALREADY_EXISTS = "RESOURCE_ALREADY_EXISTS"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    RESOURCE_DOES_NOT_EXIST = "RESOURCE_DOES_NOT_EXIST"
    ENDPOINT_NOT_FOUND = "ENDPOINT_NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    RANGE_NOT_SATISFIABLE = "RANGE_NOT_SATISFIABLE"
    RATE_LIMITED = "RATE_LIMITED"
    TEMPORARILY_UNAVAILABLE = "TEMPORARILY_UNAVAILABLE"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class DomainError(Exception):
    """A refusal that the caller can understand and act on.

    `field` names the input at fault, if one is; `position` is the character in it, counted from 1,
    where that is known.
    """

    code: Code = Code.INTERNAL_ERROR

    def __init__(self, message: str, *, field: str | None = None, position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.position = position


class Fault(Enum):
    """What is wrong with a parameter, for surfaces that have a word for it."""

    MISSING = auto()
    WRONG_KIND = auto()
    OUT_OF_RANGE = auto()
    NOT_A_CHOICE = auto()


class InvalidValue(DomainError):  # noqa: N818 - the family reads as states, not as errors
    """`fault` is known of what a request's decoding refuses; a rule's refusal is in its message alone."""

    code = Code.INVALID_PARAMETER_VALUE

    def __init__(
        self, message: str, *, field: str | None = None, position: int | None = None, fault: Fault | None = None
    ) -> None:
        super().__init__(message, field=field, position=position)
        self.fault = fault


class MissingValue(InvalidValue):
    def __init__(self, field: str) -> None:
        super().__init__(f"Missing value for required parameter '{field}'.", field=field, fault=Fault.MISSING)


class AlreadyExists(DomainError):  # noqa: N818
    code = Code.RESOURCE_ALREADY_EXISTS


class Unauthenticated(DomainError):  # noqa: N818
    code = Code.UNAUTHENTICATED


class SecondFactorNeeded(Unauthenticated):
    """The password is right, and not enough for this account."""


class PermissionDenied(DomainError):  # noqa: N818
    code = Code.PERMISSION_DENIED


class InsufficientScope(PermissionDenied):
    """The token is not for this, whatever its user may do. `scopes` are those of which one would do."""

    def __init__(self, message: str, scopes: Collection[str]) -> None:
        super().__init__(message)
        self.scopes = tuple(scopes)


class NotFound(DomainError):  # noqa: N818
    code = Code.RESOURCE_DOES_NOT_EXIST


class NoSuchEndpoint(DomainError):  # noqa: N818
    code = Code.ENDPOINT_NOT_FOUND


class MethodNotAllowed(DomainError):  # noqa: N818
    code = Code.METHOD_NOT_ALLOWED


class TooLarge(DomainError):  # noqa: N818
    code = Code.PAYLOAD_TOO_LARGE


class QuotaExceeded(TooLarge):
    """The project would hold more than it may."""


class RangeNotSatisfiable(DomainError):  # noqa: N818
    code = Code.RANGE_NOT_SATISFIABLE


class RateLimited(DomainError):  # noqa: N818
    code = Code.RATE_LIMITED


class Unavailable(DomainError):  # noqa: N818
    """The database or the object store did not answer; the same request may succeed later."""

    code = Code.TEMPORARILY_UNAVAILABLE
