"""From a URL to an object store: which kinds there are, how long to wait for them, what their failures mean."""

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from obstore.exceptions import (
    BaseError,
    InvalidPathError,
    NotSupportedError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import LocalStore, from_url

from shortlist.errors import DomainError, InvalidValue, Unavailable
from shortlist.logs import get_logger

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

_log = get_logger(__name__)

# How long to wait for a connection, and between two reads; a whole download lasts as long as its reader takes.
CONNECT_SECONDS, READ_SECONDS = 5, 60

# The kinds of stores, and the variables of the environment that say where another than the provider's own is.
_ENDPOINTS = {
    "s3": ("AWS_ENDPOINT_URL",),
    "gs": ("GOOGLE_BASE_URL",),
    "az": ("AZURE_STORAGE_ENDPOINT",),
}
REMOTE_SCHEMES = tuple(_ENDPOINTS)

# What obstore raises: its own family, and Python's file errors.
STORE_ERRORS = (BaseError, OSError)

# A client that is told 503 tries again by itself, so a store that is down is not waited for long.
_RETRY: "RetryConfig" = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=20),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=3), "base": 2},
}


def open_local(url: str) -> tuple["ObjectStore", Path]:
    """The store of a `file:///` URL, and its folder, which is made when it is missing.

    Raises:
        InvalidValue: the URL names another machine, or the folder cannot be made.
    """
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
        raise invalid(url, "a local folder is written file:///absolute/path")
    folder = Path(unquote(parts.path))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return LocalStore(folder), folder
    except OSError as error:
        raise invalid(url, f"the folder cannot be made: {error.strerror or error}") from None
    except BaseError as error:
        raise invalid(url, first_line(error)) from None


def open_remote(url: str) -> "ObjectStore":
    """The store of an `s3://`, `gs://` or `az://` URL; credentials and endpoint come from the environment.

    Raises:
        InvalidValue: not such a URL, or credentials that cannot be understood.
    """
    scheme = urlsplit(url).scheme
    if scheme not in REMOTE_SCHEMES or not urlsplit(url).netloc:
        raise invalid(url, "it must begin with file:///, s3://, gs:// or az://, and name a folder or a bucket")
    try:
        return from_url(url, client_options=_client_options(scheme), retry_config=_RETRY)
    except (*STORE_ERRORS, ValueError) as error:
        raise invalid(url, first_line(error)) from None


def _client_options(scheme: str) -> "ClientConfig":
    options: ClientConfig = {
        "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
        "read_timeout": timedelta(seconds=READ_SECONDS),
        "timeout": timedelta(days=1),
    }
    # Who writes http:// into the endpoint has decided to do without TLS.
    if any(os.environ.get(name, "").startswith("http://") for name in _ENDPOINTS[scheme]):
        options["allow_http"] = True
    return options


def invalid(url: str, reason: str) -> InvalidValue:
    return InvalidValue(f"The artifacts setting {_without_secrets(url)!r} does not work: {reason}.", field="artifacts")


def _without_secrets(url: str) -> str:
    """A URL may carry a user and a password before the host; messages and logs do not repeat them."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()[:200]


def first_line(error: Exception) -> str:
    """The first line of an error; obstore's go on for a page."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300].rstrip(".")


def refused(error: Exception) -> bool:
    """Whether the store answered that it will not, which trying again does not change."""
    kinds = (PermissionDeniedError, UnauthenticatedError, NotSupportedError, InvalidPathError, FileNotFoundError)
    return isinstance(error, (*kinds, PermissionError, NotADirectoryError))


def ignores_ranges(error: Exception) -> bool:
    """Whether the store sent the right bytes of a range under the wrong status, as some S3 servers do."""
    return "non-partial response" in str(error)


def unavailable(error: Exception, operation: str, location: str) -> DomainError:
    """What the caller is told of a failure; the log has the store's own words."""
    _log.error("artifact store failed", operation=operation, location=location, error=first_line(error))
    if "No space left" in str(error) or "Disk quota exceeded" in str(error):
        return Unavailable("The artifact store is full; nothing was changed.")
    return Unavailable("The artifact store is not available at the moment; nothing was changed. Try again.")
