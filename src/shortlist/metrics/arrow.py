"""Curves as an Arrow IPC stream, for programs: columns instead of text."""

import io
from collections.abc import Sequence

from arro3.core import Array, DataType, RecordBatch
from arro3.io import write_ipc_stream

from shortlist.metrics.types import Curve
from shortlist.numeric import np

MEDIA_TYPE = "application/vnd.apache.arrow.stream"


def curves(found: Sequence[Curve]) -> bytes:
    """One table of all points, curve after curve.

    Columns: `candidate` (int64, the iid), `key` (text), `x` and `y` (float64; NaN and infinities as themselves).
    """
    lengths = [len(curve.points) for curve in found]
    candidates = np.repeat(np.array([curve.candidate_iid for curve in found], np.int64), lengths)
    keys = [key for curve, length in zip(found, lengths, strict=True) for key in [curve.key] * length]
    nothing = np.empty(0, np.float64)
    columns = [
        Array.from_numpy(candidates),
        Array(keys, DataType.string()),
        Array.from_numpy(np.concatenate([nothing, *(curve.x for curve in found)])),
        Array.from_numpy(np.concatenate([nothing, *(curve.y for curve in found)])),
    ]
    stream = io.BytesIO()
    batch = RecordBatch.from_arrays(columns, names=["candidate", "key", "x", "y"])  # pyright: ignore[reportUnknownMemberType]
    write_ipc_stream(batch, stream)
    return stream.getvalue()
