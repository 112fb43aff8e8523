"""Page tokens: where a page ended, sealed with the search that it belongs to.

A token holds the place itself, not a number of rows, so that what is added before it moves nothing: no row comes
twice and none is skipped.
"""

import base64
import binascii
import hashlib
from typing import NoReturn

import msgspec

from shortlist.errors import InvalidValue

_SEAL_BYTES = 12
_INT64 = 2**63

VALUE, NAN, MISSING = range(3)


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """Where a row stands in one field of the order: `rank` is VALUE, NAN or MISSING, the order in both directions."""

    rank: int
    value: str | int | float | None = None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Mark])


def seal(*search: object) -> bytes:
    """What stands for a search in its tokens."""
    return hashlib.blake2b(_encoder.encode(search), digest_size=32).digest()


def write_token(seal: bytes, marks: list[Mark]) -> str:
    place = _encoder.encode(marks)
    return base64.urlsafe_b64encode(_checked(seal, place) + place).rstrip(b"=").decode()


def read_token(seal: bytes, token: str, fields: int) -> list[Mark]:
    """The place that a token names.

    Raises:
        InvalidValue: it was not given by this search, or was changed on the way.
    """
    try:
        content = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        _refuse()
    check, place = content[:_SEAL_BYTES], content[_SEAL_BYTES:]
    if check != _checked(seal, place):
        _refuse()
    try:
        marks = _decoder.decode(place)
    except msgspec.DecodeError:
        _refuse()
    # The check is no signature: whoever computes it must still not reach the database with what it cannot hold.
    if len(marks) != fields or not all(_is_sound(mark) for mark in marks):
        _refuse()
    return marks


def _checked(seal: bytes, place: bytes) -> bytes:
    return hashlib.blake2b(seal + place, digest_size=_SEAL_BYTES).digest()


def _is_sound(mark: Mark) -> bool:
    if mark.rank != VALUE:
        return mark.rank in (NAN, MISSING)
    if isinstance(mark.value, str):
        return "\x00" not in mark.value
    if isinstance(mark.value, int):
        return -_INT64 <= mark.value < _INT64
    return mark.value is not None


def _refuse() -> NoReturn:
    raise InvalidValue(
        "Invalid value for parameter 'page_token' supplied: expected a token that this same search gave with its "
        "last page; filter, order, view and experiments must not change between pages.",
        field="page_token",
    )
