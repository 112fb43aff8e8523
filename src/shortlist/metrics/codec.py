"""Bytes of the engine: a log row's payload, a series' tail and a chunk. All numbers are little-endian.

A log payload begins with a kind. `_ONE` is a single point: step, timestamp, value, then its key in UTF-8. `_MANY`
is the number of points and keys, the keys as MessagePack, and four columns. Columns of integers begin with a tag:
one number for all, 32-bit offsets from the least, or 64 bits each.
"""

import struct
from typing import Any

import msgspec
from pcodec import (  # pyright: ignore[reportMissingTypeStubs]
    ChunkConfig,  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
    standalone,  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
)

from shortlist.metrics.types import History, Points
from shortlist.numeric import Floats, Ints, np

_ONE, _MANY = 1, 2
_ONE_HEAD = struct.Struct("<Bqqd")
_MANY_HEAD = struct.Struct("<BIII")
_CHUNK_HEAD = struct.Struct("<BII")
_SAME, _OFFSETS, _WIDE = 0, 1, 2
_INTS_HEAD = struct.Struct("<Bq")
_CHUNK_VERSION = 1

# Levels above this one buy about two per cent for half as much time again (measured on noisy losses).
_CONFIG: Any = ChunkConfig(compression_level=4)  # pyright: ignore[reportUnknownVariableType]
_key_encoder = msgspec.msgpack.Encoder()
_key_decoder = msgspec.msgpack.Decoder(list[str])


def encode_points(points: Points) -> bytes:
    if len(points) == 1:
        key = points.keys[int(points.key_index[0])]
        return encode_point(key, float(points.value[0]), int(points.timestamp[0]), int(points.step[0]))
    keys = _key_encoder.encode(points.keys)
    parts = [_MANY_HEAD.pack(_MANY, len(points), len(points.keys), len(keys)), keys]
    if len(points.keys) > 1:
        parts.append(points.key_index.astype("<u4").tobytes())
    parts += (_pack_ints(points.step), _pack_ints(points.timestamp), points.value.astype("<f8").tobytes())
    return b"".join(parts)


def encode_point(key: str, value: float, timestamp: int, step: int) -> bytes:
    """The payload of a single point, without arrays on the way."""
    return _ONE_HEAD.pack(_ONE, step, timestamp, value) + key.encode()


def is_point(payload: bytes) -> bool:
    """Whether a log row's payload holds a single point."""
    return payload[0] == _ONE


def decode_point(payload: bytes) -> tuple[str, int, int, float]:
    """(key, step, timestamp, value) of a payload that `is_point`."""
    _, step, timestamp, value = _ONE_HEAD.unpack_from(payload)
    return payload[_ONE_HEAD.size :].decode(), step, timestamp, value


def decode_points(payload: bytes) -> Points:
    if is_point(payload):
        key, step, timestamp, value = decode_point(payload)
        return Points(
            [key], np.zeros(1, np.int64), np.array([step]), np.array([timestamp], np.int64), np.array([value])
        )
    _, count, key_count, size = _MANY_HEAD.unpack_from(payload)
    at = _MANY_HEAD.size + size
    keys = _key_decoder.decode(memoryview(payload)[_MANY_HEAD.size : at])
    if key_count > 1:
        index = np.frombuffer(payload, "<u4", count, at).astype(np.int64)
        at += 4 * count
    else:
        index = np.zeros(count, np.int64)
    step, at = _unpack_ints(payload, count, at)
    timestamp, at = _unpack_ints(payload, count, at)
    return Points(keys, index, step, timestamp, np.frombuffer(payload, "<f8", count, at))


def payload_size(payload: bytes) -> tuple[int, int]:
    """How many points and how many keys a log payload holds, from its head."""
    if payload[0] == _ONE:
        return 1, 1
    _, count, key_count, _ = _MANY_HEAD.unpack_from(payload)
    return count, key_count


def payload_keys(payload: bytes) -> list[str]:
    """The keys of a log payload, without its points."""
    if payload[0] == _ONE:
        return [payload[_ONE_HEAD.size :].decode()]
    size = _MANY_HEAD.unpack_from(payload)[3]
    return _key_decoder.decode(memoryview(payload)[_MANY_HEAD.size : _MANY_HEAD.size + size])


def encode_tails(points: History, starts: Ints, tail_starts: Ints, ends: Ints) -> list[bytes]:
    """The bytes of `points[tail_start:end]` of many series, whose points are those from `start` to `end`.

    The columns are packed once for all; a tail is cut from them.
    """
    steps = _PackedColumn(points.step, starts, ends)
    timestamps = _PackedColumn(points.timestamp, starts, ends)
    values = points.value.tobytes()
    return [
        steps.cut(place, start, end) + timestamps.cut(place, start, end) + values[8 * start : 8 * end]
        for place, (start, end) in enumerate(zip(tail_starts.tolist(), ends.tolist(), strict=True))
    ]


class _PackedColumn:
    """A column of many series, packed as `_pack_ints` does, with each series' least number as its base."""

    def __init__(self, column: Ints, starts: Ints, ends: Ints) -> None:
        self._column = column
        low, high = np.minimum.reduceat(column, starts), np.maximum.reduceat(column, starts)
        # Wraps around where the series spans more than 63 bits, and is large or negative then.
        spread = high - low
        self._low: list[int] = low.tolist()
        self._tags: list[int] = np.where(
            spread == 0, _SAME, np.where((spread > 0) & (spread < 1 << 32), _OFFSETS, _WIDE)
        ).tolist()
        self._offsets = (column - np.repeat(low, ends - starts)).astype("<u4").tobytes()

    def cut(self, place: int, start: int, end: int) -> bytes:
        tag = self._tags[place]
        if tag == _OFFSETS:
            return _INTS_HEAD.pack(tag, self._low[place]) + self._offsets[4 * start : 4 * end]
        if tag == _SAME:
            return _INTS_HEAD.pack(tag, self._low[place])
        return _INTS_HEAD.pack(tag, 0) + self._column[start:end].tobytes()


def decode_tail(payload: bytes, count: int) -> History:
    step, at = _unpack_ints(payload, count, 0)
    timestamp, at = _unpack_ints(payload, count, at)
    return History(step, timestamp, np.frombuffer(payload, "<f8", count, at))


def encode_chunk(step: Ints, timestamp: Ints, value: Floats) -> bytes:
    """Three compressed columns; each can be read without the others."""
    columns = [_compress(column) for column in (step, timestamp, value)]
    head = _CHUNK_HEAD.pack(_CHUNK_VERSION, len(columns[0]), len(columns[1]))
    return head + b"".join(columns)


def decode_chunk(payload: bytes) -> History:
    return History(chunk_steps(payload), chunk_timestamps(payload), chunk_values(payload))


def chunk_steps(payload: bytes) -> Ints:
    _, first, _ = _CHUNK_HEAD.unpack_from(payload)
    return _decompress(payload[_CHUNK_HEAD.size : _CHUNK_HEAD.size + first])


def chunk_timestamps(payload: bytes) -> Ints:
    _, first, second = _CHUNK_HEAD.unpack_from(payload)
    at = _CHUNK_HEAD.size + first
    return _decompress(payload[at : at + second])


def chunk_values(payload: bytes) -> Floats:
    _, first, second = _CHUNK_HEAD.unpack_from(payload)
    return _decompress(payload[_CHUNK_HEAD.size + first + second :])


def _compress(column: Ints | Floats) -> bytes:
    return standalone.simple_compress(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        np.ascontiguousarray(column), _CONFIG
    )


def _decompress(column: bytes) -> Any:
    return standalone.simple_decompress(column)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def _pack_ints(column: Ints) -> bytes:
    low, high = int(column.min()), int(column.max())
    if low == high:
        return _INTS_HEAD.pack(_SAME, low)
    if high - low < 1 << 32:
        return _INTS_HEAD.pack(_OFFSETS, low) + (column - low).astype("<u4").tobytes()
    return _INTS_HEAD.pack(_WIDE, 0) + column.astype("<i8").tobytes()


def _unpack_ints(payload: bytes, count: int, at: int) -> tuple[Ints, int]:
    """The column that begins at `at`, and where it ends."""
    tag, low = _INTS_HEAD.unpack_from(payload, at)
    at += _INTS_HEAD.size
    if tag == _SAME:
        return np.full(count, low, np.int64), at
    if tag == _OFFSETS:
        return np.frombuffer(payload, "<u4", count, at).astype(np.int64) + low, at + 4 * count
    return np.frombuffer(payload, "<i8", count, at).astype(np.int64), at + 8 * count
