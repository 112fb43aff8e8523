"""Counters and histograms that cost the hot path a fraction of a microsecond."""

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from time import time

# Seconds. A request takes a tenth of a millisecond, a search on a cold disk takes seconds.
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Counter:
    """A number that grows. From any thread."""

    __slots__ = ("_lock", "value")

    def __init__(self) -> None:
        self.value = 0
        self._lock = threading.Lock()

    def add(self, amount: int = 1) -> None:
        with self._lock:
            self.value += amount


class Histogram:
    """How many observations were at most each of `bounds`, the last count being of those above all; and their sum."""

    __slots__ = ("_lock", "bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0
        self._lock = threading.Lock()

    def observe(self, *values: float) -> None:
        with self._lock:
            for value in values:
                self.observe_alone(value)

    def observe_alone(self, value: float) -> None:
        """The same for a histogram that one thread has for itself."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class PeerMeter:
    """Questions to another server, by what came of each, and how it is: `answered_at`, in seconds since 1970, is when
    it answered last, `up` whether it did so at the last question; None before the first."""

    __slots__ = ("answered_at", "outcomes", "up")

    def __init__(self) -> None:
        self.outcomes: defaultdict[str, Counter] = defaultdict(Counter)
        self.answered_at: float | None = None
        self.up: bool | None = None

    def answered(self, outcome: str = "answered") -> None:
        self.outcomes[outcome].add()
        self.answered_at, self.up = time(), True

    def failed(self, outcome: str) -> None:
        self.outcomes[outcome].add()
        self.up = False


class RequestMeter:
    """The requests to one endpoint. Used on the event loop alone, so that it needs no lock."""

    __slots__ = ("seconds", "statuses")

    def __init__(self) -> None:
        self.seconds = Histogram(SECONDS)
        self.statuses: dict[int, int] = {}

    def observe(self, status: int, seconds: float) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.seconds.observe_alone(seconds)
