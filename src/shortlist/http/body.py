"""From bytes to a request struct: body limits, JSON, query strings, and errors that name the field."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Self, cast, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Message, Receive

from shortlist.blobs.blocks import Buffer
from shortlist.errors import Fault, InvalidValue, MissingValue, TooLarge
from shortlist.http.room import Held

_AT = re.compile(r"^(?P<what>.*?) - at `(?P<where>(?:key in )?\$?.*?)`$")
_MISSING = re.compile(r"^Object missing required field `(?P<name>[^`]+)`")
_MAX_QUERY_FIELDS = 1000
_INT64 = 2**63


# A body may take so long, and a second more for so many bytes.
PATIENCE_SECONDS = 30.0
SLOWEST_BYTES = 4096
# However fast it was before: proxies wait as long.
LONGEST_PAUSE_SECONDS = 60.0
# So much of a body is read although its request is refused already.
MOST_FORGOTTEN_BYTES = 64 * 2**20


class ClientGone(Exception):  # noqa: N818 - an event more than an error
    """The client closed the connection before its body was complete; nobody waits for an answer."""


async def read_body(receive: Receive, headers: Mapping[str, str], limit: int) -> bytes:
    """The whole body.

    Raises:
        TooLarge: it is longer than `limit` bytes; the rest is not read.
        InvalidValue: it is shorter than its Content-Length said, compressed, or comes too slowly.
        Unavailable: there is no room for it beside those of others.
    """
    if headers.get("content-encoding", "identity").lower() != "identity":
        # A few bytes could unpack to more than the memory holds, and no client needs it.
        raise InvalidValue("A compressed body is not accepted; send it as it is.", field="Content-Encoding")
    declared = headers.get("content-length")
    if declared is not None and declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"The body has {declared} bytes; the limit is {limit}.", field="Content-Length")
    patience = _patient(receive)
    whole = patience.whole()
    if whole is not None:
        _fits(patience, len(whole), limit)
        return whole
    parts: list[Buffer] = []
    size = 0
    async for part in Chunks(patience, headers):
        parts.append(part)
        size += len(part)
        _fits(patience, size, limit)
    return b"".join(parts)


def _fits(patience: "Patience", size: int, limit: int) -> None:
    patience.hold(size)
    if size > limit:
        raise TooLarge(f"The body has more than {limit} bytes.", field="Content-Length")


class Chunks:
    """The chunks of a body as they come, which of a large one are views of memory that stays as it is.

    An iterator, since the event loop keeps account of each generator.

    Its end is where its Content-Length says. The message that says so too may come later, and is not waited for.

    Raises:
        ClientGone. InvalidValue: it comes too slowly.
    """

    __slots__ = ("_left", "_more", "_patience")

    def __init__(self, receive: Receive, headers: Mapping[str, str]) -> None:
        self._patience = _patient(receive)
        self._left = announced_size(headers)
        self._more = True

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Buffer:
        while self._more and self._left != 0:
            message = await self._patience()
            if message["type"] == "http.disconnect":
                raise ClientGone
            self._more = message.get("more_body", False)
            body: Buffer = message.get("body", b"")
            if self._left is not None:
                self._left -= len(body)
            if body:
                return body
        raise StopAsyncIteration


def announced_size(headers: Mapping[str, str]) -> int | None:
    """How long the body is by its Content-Length; None where only its end will tell."""
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers or not (length.isascii() and length.isdigit()):
        return None
    return int(length)


async def read_rest(receive: Receive, headers: Mapping[str, str]) -> bool:
    """Read and forget what nobody read of a body, so that a client that is still sending it comes to read the answer,
    and may use the connection again. False when it is too much, too slow, or only sent when it is asked for."""
    declared = headers.get("content-length", "0")
    if "expect" in headers or (declared.isdigit() and int(declared) > MOST_FORGOTTEN_BYTES):
        return False
    if declared == "0" and "transfer-encoding" not in headers:
        return True
    patience = _patient(receive)
    left = MOST_FORGOTTEN_BYTES
    try:
        while not patience.complete and left >= 0:
            left -= len((await patience()).get("body", b""))
    except InvalidValue:
        return False
    return patience.complete


def _patient(receive: Receive) -> "Patience":
    return receive if isinstance(receive, Patience) else Patience(receive)


class Patience:
    """Receives the messages of a request, and gives it up when its body drips: it would hold its request for ever.

    What its reader needs between two messages is not counted against the client. What follows a complete body (that
    the client is gone) may take as long as it takes. `hold` says how much of it its reader keeps in memory.

    Raises:
        InvalidValue: the next part of the body does not come in time.
    """

    __slots__ = ("_held", "_receive", "_seconds", "_whole", "complete")

    def __init__(
        self, receive: Receive, held: Held | None = None, whole: Callable[[], bytes | None] | None = None
    ) -> None:
        """`whole` gives the body, for nothing, if the server has all of it already."""
        self._receive = receive
        self._held = held
        self._whole = whole
        self._seconds = PATIENCE_SECONDS
        self.complete = False

    def hold(self, size: int) -> None:
        """Raises Unavailable: there is no room for so much beside what other requests hold."""
        if self._held is not None:
            self._held.hold(size)

    def whole(self) -> bytes | None:
        """All of the body, if it is there and nothing of it was received before."""
        if self._whole is None or self.complete:
            return None
        body = self._whole()
        self.complete = body is not None
        return body

    async def __call__(self) -> Message:
        if self.complete:
            return await self._receive()
        timer = _Timer(self._seconds)
        try:
            message = await self._receive()
        except asyncio.CancelledError:
            if timer.rang():
                raise InvalidValue("The body came too slowly.", field="body") from None
            raise
        finally:
            timer.stop()
        earned = timer.left() + len(message.get("body", b"")) / SLOWEST_BYTES
        self._seconds = min(earned, LONGEST_PAUSE_SECONDS)
        self.complete = not message.get("more_body", False)
        return message


class _Timer:
    """Cancels its task after so many seconds, as `asyncio.timeout` does, which costs a tenth of a small request."""

    __slots__ = ("_handle", "_loop", "_rang", "_task")

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._rang = False
        self._handle = self._loop.call_later(seconds, self._ring)

    def left(self) -> float:
        """How many of the seconds are left."""
        return self._handle.when() - self._loop.time()

    def stop(self) -> None:
        self._handle.cancel()

    def rang(self) -> bool:
        """Whether the cancellation that was caught is this timer's, and no one else's as well."""
        return self._rang and self._task is not None and self._task.uncancel() == 0

    def _ring(self) -> None:
        if self._task is not None:
            self._rang = True
            self._task.cancel()


class RequestDecoder:
    """Decodes one endpoint's request struct from JSON or from a query, with path parameters merged in.

    Numbers and booleans may be written as strings, as MLflow's clients do. Unknown fields are ignored. Whole numbers
    have 64 bits, as in the databases. `null_is_absent`: what is null in a JSON object counts as not sent.
    """

    def __init__(self, kind: type[Any], path: str, *, null_is_absent: bool = False) -> None:
        self._kind = kind
        self._null_is_absent = null_is_absent
        self._decoder = msgspec.json.Decoder(kind, strict=False)
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        self._lists = {name for name, field in fields.items() if _holds_list(field.type)}
        self._numbers = [(field.name, name) for name, field in fields.items() if _holds_integers(field.type)]
        in_path = {name.split(":")[0] for name in re.findall(r"{([^}]+)}", path)}
        self._path_fields = in_path & set(fields)

    def from_json(self, body: bytes, path: Mapping[str, str]) -> Any:
        """Raises InvalidValue: not JSON, not an object, or a field that is missing or of the wrong kind."""
        if not self._path_fields:
            try:
                return self._bounded(self._decoder.decode(body or b"{}"))
            except msgspec.ValidationError as error:
                if not self._null_is_absent:
                    raise invalid(error) from None
                return self._convert(_without_nulls(_loads(body)))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return self._convert(_loads(body))
        values: Any = _loads(body) if body else {}
        if self._null_is_absent:
            values = _without_nulls(values)
        if not isinstance(values, dict):
            raise InvalidValue("The body must be a JSON object.", field="body")
        return self._convert(cast("dict[str, Any]", values) | self._from_path(path))

    def from_query(self, query: bytes, path: Mapping[str, str]) -> Any:
        """Raises InvalidValue: a parameter that is missing or of the wrong kind."""
        return self._convert({**self._form(query), **self._from_path(path)})

    def from_all(self, query: bytes, kind: str, body: bytes, path: Mapping[str, str]) -> Any:
        """From the query, overridden by the body (a form or JSON, as its Content-Type says), then by the path.

        Raises InvalidValue: a body of another type or of a wrong form, a field that is missing or of the wrong kind.
        """
        values = self._form(query)
        if body and kind.startswith("application/x-www-form-urlencoded"):
            values |= self._form(body)
        elif body:
            if not kind.startswith("application/json"):
                raise InvalidValue(
                    "The Content-Type must be application/json or a URL-encoded form.", field="Content-Type"
                )
            given: Any = _loads(body)
            if not isinstance(given, dict):
                raise InvalidValue("The body must be a JSON object.", field="body")
            values |= cast("dict[str, Any]", given)
        return self._convert(values | self._from_path(path))

    def _form(self, text: bytes) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for written, value in _pairs(text):
            name = written.removesuffix("[]")
            if name in self._lists:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        return values

    def _from_path(self, path: Mapping[str, str]) -> dict[str, str]:
        return {name: path[name] for name in self._path_fields}

    def _convert(self, values: Any) -> Any:
        try:
            return self._bounded(msgspec.convert(values, self._kind, strict=False))
        except msgspec.ValidationError as error:
            raise invalid(error) from None

    def _bounded(self, request: Any) -> Any:
        for attribute, name in self._numbers:
            given: Any = getattr(request, attribute)
            for number in cast("list[Any]", given) if isinstance(given, list) else (given,):
                if isinstance(number, int) and not -_INT64 <= number < _INT64:
                    raise _unfit(name, "the number is out of range", Fault.OUT_OF_RANGE)
        return request


def _holds_integers(kind: Any) -> bool:
    """A whole number, a list of them, or one of these among other things."""
    return kind is int or any(_holds_integers(part) for part in get_args(kind))


def _holds_list(kind: Any) -> bool:
    """A list, or a list or nothing."""
    return get_origin(kind) is list or any(get_origin(part) is list for part in get_args(kind))


def _loads(body: bytes) -> Any:
    """JSON by the standard library, which also knows the bare NaN and Infinity that Python clients may write."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        text = str(error).split(":")[0] if isinstance(error, ValueError) else "nested too deeply"
        raise InvalidValue(f"The body is not valid JSON: {text}.", field="body") from None


def _without_nulls(value: Any) -> Any:
    """JSON whose objects have lost what was null; a null in an array stays."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: _without_nulls(item) for name, item in fields.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in cast("list[Any]", value)]
    return value


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query.decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_QUERY_FIELDS, errors="strict"
        )
    except ValueError:
        raise InvalidValue("The query is not a valid URL-encoded form in UTF-8.", field="query") from None


def invalid(error: msgspec.ValidationError) -> InvalidValue:
    """msgspec's message, turned into one that names the parameter the way its sender wrote it."""
    text = str(error)
    found = _AT.match(text)
    what, where = (found["what"], found["where"]) if found else (text, "$")
    place = where.removeprefix("key in ").removeprefix("$").removeprefix(".")
    missing = _MISSING.match(what)
    if missing:
        return MissingValue(f"{place}.{missing['name']}" if place else missing["name"])
    what = what[:1].lower() + what[1:]
    if not place:
        return InvalidValue(f"The body must be a JSON object: {what}.", field="body")
    return _unfit(place, what, _fault(what))


def _fault(what: str) -> Fault:
    """msgspec's errors carry nothing but their text; every other one is of a wrong kind."""
    if what.startswith("invalid enum value"):
        return Fault.NOT_A_CHOICE
    return Fault.OUT_OF_RANGE if what == "number out of range" else Fault.WRONG_KIND


def _unfit(name: str, what: str, fault: Fault) -> InvalidValue:
    return InvalidValue(f"Invalid value for parameter '{name}' supplied: {what}.", field=name, fault=fault)
