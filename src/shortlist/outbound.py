"""Requests that this server makes to others: limited in time and size, over TLS, and never led elsewhere.

Whoever answers may hang, redirect, or never end; each of these is an `OutboundError` within the limits, not a fault.
"""

import asyncio
import ipaddress
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from shortlist.errors import InvalidValue

SECONDS = 5.0
MAX_BYTES = 256 * 1024


class OutboundError(Exception):
    """The other side gave no usable answer. `status` is that of its answer, None where it had another fault.

    `unreachable`: it did not answer at all, or not in time. `retry_after` is for how many seconds it wants to be left
    alone, where it says so.
    """

    def __init__(
        self,
        reason: str,
        status: int | None = None,
        *,
        unreachable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.unreachable = unreachable
        self.retry_after = retry_after


class Limits(msgspec.Struct, frozen=True):
    """`seconds` bounds the whole exchange, from the connection to the last byte; `max_bytes` the body."""

    seconds: float = SECONDS
    max_bytes: int = MAX_BYTES


_DEFAULT = Limits()


def check_url(url: str, field: str) -> str:
    """An address that may be asked: https, or http to this machine itself; without credentials, query or fragment.

    Raises:
        InvalidValue: anything else; the message says what.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InvalidValue(f"{url[:200]!r} is not a URL.", field=field) from None
    if not host or parts.username is not None or parts.query or parts.fragment or not url.isprintable():
        raise InvalidValue(
            f"{url[:200]!r} must be a URL with a host, and without a user, a query or a fragment.", field=field
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise InvalidValue(f"{url[:200]!r} must begin with https://.", field=field)
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def get_json(url: str, *, headers: Mapping[str, str] | None = None, limits: Limits = _DEFAULT) -> Any:
    """The JSON that a GET answers. Raises OutboundError."""
    return await ask_json("GET", url, headers=headers, limits=limits)


async def ask_json(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: object = None,
    form: Mapping[str, str] | None = None,
    limits: Limits = _DEFAULT,
) -> Any:
    """The JSON of an answer with a status of 200 to 299, to a request with `body` as JSON, or with a form.

    Raises:
        OutboundError: no answer within the limits, another status (a redirect included), or no JSON.
    """
    sent = {"accept": "application/json", "accept-encoding": "identity", **(headers or {})}
    content = None
    if body is not None:
        content = msgspec.json.encode(body)
        sent["content-type"] = "application/json"
    elif form is not None:
        content = urlencode(form).encode()
        sent["content-type"] = "application/x-www-form-urlencoded"
    text = await _exchange(method, url, sent, content, limits)
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise OutboundError("its answer is not JSON") from None


async def get_bytes(url: str, *, headers: Mapping[str, str], limits: Limits = _DEFAULT) -> bytes:
    """The body that a GET answers. Raises OutboundError."""
    return await _exchange("GET", url, {"accept-encoding": "identity", **headers}, None, limits)


async def _exchange(method: str, url: str, headers: Mapping[str, str], content: bytes | None, limits: Limits) -> bytes:
    """The body of an answer with a status of 200 to 299. Raises OutboundError."""
    import httpx  # noqa: PLC0415 - slow to import, and most servers never ask anybody

    try:
        async with (
            httpx.AsyncClient(follow_redirects=False, timeout=limits.seconds, verify=_tls()) as client,
            asyncio.timeout(limits.seconds),
            client.stream(method, url, headers=headers, content=content) as response,
        ):
            if response.is_redirect:
                raise OutboundError("it redirects, which is not followed", response.status_code)
            if not response.is_success:
                raise OutboundError(
                    f"it answered {response.status_code}",
                    response.status_code,
                    retry_after=_seconds(response.headers.get("retry-after", "")),
                )
            return await _read(response, limits.max_bytes)
    except TimeoutError:
        raise OutboundError(f"no complete answer within {limits.seconds:g} seconds", unreachable=True) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OutboundError(f"no answer ({type(error).__name__})", unreachable=True) from None


def _seconds(retry_after: str) -> float | None:
    """The header's number of seconds; a date is as good as nothing."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 8 else None


@cache
def _tls() -> Any:
    """The machine's trusted certificates, loaded once, since that takes a moment."""
    import httpx  # noqa: PLC0415 - as above

    return httpx.create_ssl_context()


async def _read(response: Any, max_bytes: int) -> bytes:
    """The body as it comes over the wire: a compressed one would be as large as it likes."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > max_bytes:
            raise OutboundError(f"its answer is larger than {max_bytes} bytes")
    return bytes(body)
