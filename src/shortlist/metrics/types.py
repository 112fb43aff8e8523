"""What the metric engine takes and gives: points as parallel columns, summaries of series, curves."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from shortlist.numeric import Floats, Ints, np

Axis = Literal["step", "relative", "wall", "metric"]


class CandidateKey(msgspec.Struct, frozen=True):
    """What an append needs to know of a candidate."""

    candidate_iid: int
    experiment_iid: int


class Points:
    """Points of any number of keys as parallel columns: point `i` belongs to `keys[key_index[i]]`.

    `step` and `timestamp` (milliseconds) are int64, `value` is float64. Treat the arrays as read-only.
    """

    __slots__ = ("key_index", "keys", "step", "timestamp", "value")

    def __init__(self, keys: Sequence[str], key_index: Ints, step: Ints, timestamp: Ints, value: Floats) -> None:
        self.keys = keys
        self.key_index = key_index
        self.step = step
        self.timestamp = timestamp
        self.value = value

    @classmethod
    def of(cls, rows: Iterable[tuple[str, float, int, int]]) -> "Points":
        """Points from (key, value, timestamp, step)."""
        keys: dict[str, int] = {}
        index: list[int] = []
        values: list[float] = []
        timestamps: list[int] = []
        steps: list[int] = []
        for key, value, timestamp, step in rows:
            index.append(keys.setdefault(key, len(keys)))
            values.append(value)
            timestamps.append(timestamp)
            steps.append(step)
        return cls(
            list(keys),
            np.array(index, np.int64),
            np.array(steps, np.int64),
            np.array(timestamps, np.int64),
            np.array(values, np.float64),
        )

    def __len__(self) -> int:
        return len(self.step)

    def encode(self) -> bytes:
        """The payload of a log row; it names its keys, so that it can be read on its own."""
        from shortlist.metrics import codec  # noqa: PLC0415 - codec knows this class

        return codec.encode_points(self)

    @classmethod
    def decode(cls, payload: bytes) -> "Points":
        from shortlist.metrics import codec  # noqa: PLC0415

        return codec.decode_points(payload)


class Latest(msgspec.Struct, frozen=True, gc=False):
    """The greatest point of a series by (step, timestamp, value), where NaN counts as 0."""

    key: str
    value: float
    timestamp: int
    step: int


class SeriesSummary(msgspec.Struct, frozen=True):
    """One metric of one candidate. The extremes are those of its finite values, at the first step that has them."""

    key: str
    count: int
    first: float
    first_step: int
    first_timestamp: int
    last: float
    last_step: int
    last_timestamp: int
    minimum: float | None
    minimum_step: int | None
    maximum: float | None
    maximum_step: int | None
    has_nan: bool
    has_infinity: bool
    odd_step: int | None  # the first step whose value is not finite; None too where it is not known


class History:
    """Points of one series in order of (step, timestamp, value), as parallel columns."""

    __slots__ = ("step", "timestamp", "value")

    def __init__(self, step: Ints, timestamp: Ints, value: Floats) -> None:
        self.step = step
        self.timestamp = timestamp
        self.value = value

    def __len__(self) -> int:
        return len(self.step)


class CurveRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Curves of candidates x keys, each sampled to at most `points` points within [start, end] of the axis.

    The axis is the step, milliseconds since the candidate's start, wall time in milliseconds, or `x_key`: another
    metric of the candidate, joined by step. With `minus`, the iid of a candidate, curves are the differences to its
    curves at the steps that both have.
    """

    candidate_iids: Sequence[int]
    keys: Sequence[str]
    points: int = 1000
    axis: Axis = "step"
    x_key: str | None = None
    start: float | None = None
    end: float | None = None
    minus: int | None = None

    @property
    def is_joined(self) -> bool:
        """Whether it needs every point: differences and other metrics are joined step by step."""
        return self.axis == "metric" or self.minus is not None


class CurvePoints:
    """Sampled points in order of `x`, and how many there were before sampling."""

    __slots__ = ("count", "x", "y")

    def __init__(self, x: Floats, y: Floats, count: int) -> None:
        self.x = x
        self.y = y
        self.count = count

    def __len__(self) -> int:
        return len(self.x)


class Curve:
    """The sampled curve of one metric of one candidate. Series without points have no curve."""

    __slots__ = ("candidate_iid", "key", "points")

    def __init__(self, candidate_iid: int, key: str, points: CurvePoints) -> None:
        self.candidate_iid = candidate_iid
        self.key = key
        self.points = points

    @property
    def x(self) -> Floats:
        return self.points.x

    @property
    def y(self) -> Floats:
        return self.points.y

    @property
    def count(self) -> int:
        return self.points.count
