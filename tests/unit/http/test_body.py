"""Request bodies: limits, JSON with its lenient numbers, and errors that name the field."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

import msgspec
import pytest
from starlette.types import Message

from shortlist.errors import Fault, InvalidValue, TooLarge, Unavailable
from shortlist.http import body
from shortlist.http.body import ClientGone, RequestDecoder, read_body, read_rest
from shortlist.http.room import FREE_BYTES, Held, Room


class Item(msgspec.Struct):
    key: str
    step: int = 0


class Example(msgspec.Struct):
    name: str
    count: int = 0
    ratio: float = 0.0
    tags: list[str] = []
    items: list[Item] = []


DECODER = RequestDecoder(Example, "/examples")


def receiver(*messages: dict[str, Any]) -> Callable[[], Awaitable[dict[str, Any]]]:
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    return receive


def body_of(*parts: bytes) -> Callable[[], Awaitable[dict[str, Any]]]:
    return receiver(
        *(
            {"type": "http.request", "body": part, "more_body": number + 1 < len(parts)}
            for number, part in enumerate(parts)
        )
    )


def test_numbers_may_be_written_as_strings() -> None:
    found = DECODER.from_json(b'{"name": "a", "count": "12", "ratio": "1e-3"}', {})

    assert found == Example("a", 12, 0.001)


def test_bare_nan_of_a_python_client_is_read() -> None:
    found = DECODER.from_json(b'{"name": "a", "ratio": NaN}', {})

    assert found.ratio != found.ratio


def test_unknown_fields_are_ignored() -> None:
    assert DECODER.from_json(b'{"name": "a", "later": [1]}', {}) == Example("a")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "name"),
        (b"{}", "name"),
        (b'{"name": 5}', "name"),
        (b'{"name": null}', "name"),
        (b'{"name": "a", "count": "x"}', "count"),
        (b'{"name": "a", "count": 1.5}', "count"),
        (b'{"name": "a", "items": [{"key": "k"}, {"step": 1}]}', "items[1].key"),
        (b'{"name": "a", "items": [{"key": "k", "step": {}}]}', "items[0].step"),
        (b"[]", "body"),
        (b"{", "body"),
        (b'{"name": "\xff"}', "body"),
        (b"[" * 100_000, "body"),
    ],
)
def test_mistakes_name_the_field(body: bytes, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        DECODER.from_json(body, {})

    assert caught.value.field == field


def test_query_repeats_lists_and_accepts_gitlab_brackets() -> None:
    assert DECODER.from_query(b"name=a%20b&tags=x&tags=y&count=3", {}) == Example("a b", 3, tags=["x", "y"])
    assert DECODER.from_query(b"name=a&tags[]=x", {}) == Example("a", tags=["x"])


def test_path_parameters_are_fields_and_win_over_the_body() -> None:
    decoder = RequestDecoder(Example, "/examples/{count}")

    assert decoder.from_json(b'{"name": "a", "count": 1}', {"count": "7"}).count == 7


@pytest.mark.parametrize("query", [b"name=%ff", b"name=\xc3\xa9", b"&".join([b"a=1"] * 2000)])
def test_a_query_that_is_no_form_is_refused(query: bytes) -> None:
    with pytest.raises(InvalidValue):
        DECODER.from_query(query, {})


def test_body_in_parts_is_joined() -> None:
    assert asyncio.run(read_body(body_of(b"ab", b"cd", b"e"), {}, 5)) == b"abcde"


@pytest.mark.parametrize("parts", [(b"abcdef",), (b"abc", b"def"), (b"abc", b"", b"def", b"x")])
def test_body_over_the_limit_is_refused(parts: tuple[bytes, ...]) -> None:
    with pytest.raises(TooLarge):
        asyncio.run(read_body(body_of(*parts), {}, 5))


def test_declared_length_over_the_limit_is_refused_before_reading() -> None:
    with pytest.raises(TooLarge):
        asyncio.run(read_body(receiver(), {"content-length": "6"}, 5))


def test_a_client_that_goes_away_ends_the_request() -> None:
    parts = receiver({"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"})
    with pytest.raises(ClientGone):
        asyncio.run(read_body(parts, {}, 5))


@pytest.mark.parametrize("sent", [0, 3])
def test_a_body_that_does_not_come_is_given_up(sent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "PATIENCE_SECONDS", 0.01)
    parts = iter([b"x"] * sent)

    async def drips() -> Message:
        part = next(parts, None)
        if part is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": True}

    with pytest.raises(InvalidValue, match="too slowly"):
        asyncio.run(read_body(drips, {}, 1000))


def test_time_that_the_reader_takes_is_not_the_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "PATIENCE_SECONDS", 0.01)
    parts = receiver(*({"type": "http.request", "body": b"x", "more_body": more} for more in (True, False)))

    async def with_pauses() -> list[Message]:
        patient = body.Patience(parts)
        found: list[Message] = []
        for _ in range(2):
            await asyncio.sleep(0.02)
            found.append(await patient())
        return found

    assert [message["body"] for message in asyncio.run(with_pauses())] == [b"x", b"x"]


def test_who_has_sent_all_may_stay_as_long_as_he_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "PATIENCE_SECONDS", 0.01)
    gone = asyncio.Event()

    async def receive() -> Message:
        if not said:
            said.append(True)
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def listens() -> str:
        patient = body.Patience(receive)
        await patient()
        asyncio.get_running_loop().call_later(0.03, gone.set)
        return str((await patient())["type"])

    said: list[bool] = []
    assert asyncio.run(listens()) == "http.disconnect"


@pytest.mark.parametrize("limit", [4, 5])
def test_a_body_that_is_there_is_not_waited_for(limit: int) -> None:
    async def read() -> tuple[bytes, str]:
        patient = body.Patience(receiver({"type": "http.disconnect"}), whole=lambda: b"whole")
        found = await read_body(patient, {"content-length": "5"}, limit)
        assert patient.whole() is None, "it is given once"
        return found, str((await patient())["type"])

    if limit < len(b"whole"):
        with pytest.raises(TooLarge):
            asyncio.run(read())
    else:
        assert asyncio.run(read()) == (b"whole", "http.disconnect")


@pytest.mark.parametrize("read", [0, 1])
def test_what_nobody_read_of_a_refused_body_is_read_before_the_answer(read: int) -> None:
    async def refuse() -> tuple[bool, bool]:
        patient = body.Patience(body_of(b"a", b"b", b"c"))
        for _ in range(read):
            await patient()
        return await read_rest(patient, {"content-length": "3"}), patient.complete

    assert asyncio.run(refuse()) == (True, True)


@pytest.mark.parametrize(
    "headers",
    [{"content-length": "9", "expect": "100-continue"}, {"content-length": str(body.MOST_FORGOTTEN_BYTES + 1)}],
)
def test_a_body_that_need_not_come_is_not_asked_for(headers: dict[str, str]) -> None:
    assert asyncio.run(read_rest(receiver(), headers)) is False


def test_an_endless_body_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "MOST_FORGOTTEN_BYTES", 10)

    async def endless() -> Message:
        return {"type": "http.request", "body": b"abcd", "more_body": True}

    assert asyncio.run(read_rest(endless, {"transfer-encoding": "chunked"})) is False
    assert asyncio.run(read_rest(receiver(), {})) is True, "a request without a body"


def test_bodies_that_are_held_together_have_a_limit() -> None:
    room = Room(500_000)
    slow, other, small = room.held(), room.held(), room.held()
    big = {"type": "http.request", "body": bytes(200_000), "more_body": True}

    async def read(held: Held, *parts: dict[str, Any]) -> bytes:
        return await read_body(body.Patience(receiver(*parts), held), {}, 1_000_000)

    with pytest.raises(ClientGone):
        asyncio.run(read(slow, big, big, {"type": "http.disconnect"}))
    assert room.left == 100_000, "until the request ends"
    with pytest.raises(Unavailable, match="no room"):
        asyncio.run(read(other, big, big))
    assert asyncio.run(read(small, {"type": "http.request", "body": bytes(FREE_BYTES), "more_body": False}))
    for held in (slow, other, small):
        held.end()
    assert room.left == 500_000
    whole = asyncio.run(read(other, big, {**big, "more_body": False}))
    assert len(whole) == 400_000


def test_a_fast_beginning_earns_no_long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "LONGEST_PAUSE_SECONDS", 0.01)
    parts = iter([bytes(1_000_000)])

    async def stalls() -> Message:
        part = next(parts, None)
        if part is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": True}

    with pytest.raises(InvalidValue, match="too slowly"):
        asyncio.run(read_body(stalls, {}, 2_000_000))


class Order(StrEnum):
    UP = "asc"


class Sorted(msgspec.Struct):
    name: str
    count: int = 0
    ratio: float = 0.0
    order: Order = Order.UP


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        (b"{}", Fault.MISSING),
        (b'{"name": 1}', Fault.WRONG_KIND),
        (b'{"name": "a", "count": "enum"}', Fault.WRONG_KIND),
        (b'{"name": "a", "count": 9223372036854775808}', Fault.OUT_OF_RANGE),
        (b'{"name": "a", "ratio": 1e999}', Fault.OUT_OF_RANGE),
        (b'{"name": "a", "order": "down"}', Fault.NOT_A_CHOICE),
        (b"[1]", None),
    ],
)
def test_a_refusal_says_what_kind_of_fault_it_is(sent: bytes, fault: Fault | None) -> None:
    with pytest.raises(InvalidValue) as caught:
        RequestDecoder(Sorted, "/sorted").from_json(sent, {})
    assert caught.value.fault is fault
