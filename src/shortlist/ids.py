"""Identifiers: time-ordered, so that new rows land at the end of their b-tree."""

import os
import random
import re
import time

from shortlist.errors import NotFound

_random = random.Random()  # noqa: S311 - see `uuid7_bytes`; its seed comes from the system
os.register_at_fork(after_in_child=_random.seed)

_HEX32 = re.compile(r"[0-9a-f]{32}\Z")


def uuid7_bytes() -> bytes:
    """A version-7 UUID (RFC 9562, section 5.7): 48 bits of milliseconds, then random bits.

    It is unique and no secret, so its bits are made here: asking the system gives up the interpreter to another thread
    in the middle of every logged metric.
    """
    milliseconds = time.time_ns() // 1_000_000
    tail = bytearray(_random.getrandbits(80).to_bytes(10, "big"))
    tail[0] = 0x70 | (tail[0] & 0x0F)
    tail[2] = 0x80 | (tail[2] & 0x3F)
    return milliseconds.to_bytes(6, "big") + bytes(tail)


def new_request_id() -> str:
    """16 hexadecimal digits that tell requests apart; like the above, no secret."""
    return f"{_random.getrandbits(64):016x}"


def first_of_millisecond(milliseconds: int) -> bytes:
    """What comes before every UUID of a millisecond and after all those before it."""
    return milliseconds.to_bytes(6, "big") + bytes(10)


def milliseconds_of(uuid: bytes) -> int:
    """When a version-7 UUID was made, in milliseconds since 1970 UTC."""
    return int.from_bytes(uuid[:6], "big")


def new_external_id() -> str:
    """The external id of a candidate: a time-ordered UUID as 32 hexadecimal digits."""
    return uuid7_bytes().hex()


def parse_external_id(text: str) -> str:
    """The canonical 32 digits of an external id that may carry dashes or capitals.

    Raises:
        NotFound: the text cannot be the id of any candidate.
    """
    canonical = text.replace("-", "").lower()
    if not _HEX32.match(canonical):
        raise NotFound(f"Run with id={text[:100]} not found")
    return canonical
