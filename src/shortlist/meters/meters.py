"""Everything that one server process counts. Made by `app`, handed to what does the work."""

from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from time import perf_counter

from shortlist.meters.meter import SECONDS, SIZES, Counter, Histogram, PeerMeter, RequestMeter
from shortlist.meters.tracing import Tracing


class Meters:
    """`requests` is by method and path template, both empty for what no endpoint answers."""

    def __init__(self, traces: Tracing | None = None) -> None:
        self.traces = traces
        self.requests: defaultdict[tuple[str, str], RequestMeter] = defaultdict(RequestMeter)
        self.running_requests = 0
        self.commit_jobs = Histogram(SIZES)
        self.commit_seconds = Histogram(SECONDS)
        self.commit_wait_seconds = Histogram(SECONDS)
        self.commit_failures = Counter()
        self.points = Counter()
        self.fold_rows = Counter()
        self.fold_seconds = Histogram(SECONDS)
        self.store_seconds: defaultdict[str, Histogram] = defaultdict(lambda: Histogram(SECONDS))
        self.store_failures: defaultdict[str, Counter] = defaultdict(Counter)
        self.gitlab = PeerMeter()
        self.purged: defaultdict[str, Counter] = defaultdict(Counter)
        self.background_failures: defaultdict[str, Counter] = defaultdict(Counter)

    @contextmanager
    def store(self, operation: str) -> Generator[None]:
        """Time an operation of the object store that succeeds."""
        began = perf_counter()
        if self.traces is None:
            yield
        else:
            with self._traced(self.traces, operation):
                yield
        self.store_seconds[operation].observe(perf_counter() - began)

    @contextmanager
    def _traced(self, traces: Tracing, operation: str) -> Generator[None]:
        span = traces.begin(f"store {operation}", {})
        try:
            yield
        except BaseException as error:
            traces.end(span, error)
            raise
        traces.end(span)
