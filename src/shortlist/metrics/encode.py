"""Points as JSON, straight from the columns: a slice at a time, so that a million points are never objects at once."""

import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from shortlist.metrics.types import History
from shortlist.numeric import Floats, np

_SLICE = 8192
_encoder = msgspec.json.Encoder()
_MAX = sys.float_info.max


class _Point(msgspec.Struct, omit_defaults=True):
    key: msgspec.Raw
    value: Any
    timestamp: int
    step: int
    run_id: str = ""


def points(key: str, history: History, *, clamp: bool = False) -> bytes:
    """A JSON array of {"key", "value", "timestamp", "step"}; see `slices`."""
    return b"".join((b"[", *slices(key, history, clamp=clamp), b"]"))


def slices(key: str, history: History, *, clamp: bool = False, run_id: str = "") -> Iterator[bytes]:
    """The elements of that array with the commas between them, in pieces.

    JSON has no number for some values: they are the texts "NaN", "Infinity" and "-Infinity". With `clamp` an
    infinity is the largest finite number instead, as MLflow's server answers. A `run_id` is put beside each point.
    """
    name = msgspec.Raw(_encoder.encode(key))
    for start in range(0, len(history), _SLICE):
        end = start + _SLICE
        rows = map(
            _Point,
            [name] * len(history.step[start:end]),
            values(history.value[start:end], clamp=clamp),
            history.timestamp[start:end].tolist(),
            history.step[start:end].tolist(),
            [run_id] * len(history.step[start:end]),
        )
        piece = _encoder.encode(list(rows))[1:-1]
        yield piece if start == 0 else b"," + piece


def values(column: Floats, *, clamp: bool = False) -> list[Any]:
    """Numbers as JSON can carry them, texts where it has none."""
    if clamp:
        column = np.clip(column, -_MAX, _MAX)
    listed: list[Any] = column.tolist()
    for place in np.flatnonzero(~np.isfinite(column)).tolist():
        number = listed[place]
        listed[place] = "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"  # noqa: PLR0124
    return listed
