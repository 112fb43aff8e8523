"""The cases, in the order in which they run: those that log come first, on fresh data, then those that read."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bench import logging_cases as logs
from bench import reading_cases as reads
from bench import stock
from bench import whole_cases as whole
from bench.subject import Reading, Size, Subject

_ALL = ("shortlist", "mlflow", "fasttrackml")
# FastTrackML has neither sampled histories of many runs nor an artifact proxy that takes files.
_NOT_FASTTRACKML = ("shortlist", "mlflow")


@dataclass(frozen=True)
class Case:
    """`better` says which way the figure is good; `times` how many times as good as the fastest peer it has to be,
    `promise` the figure that followed from it when it was promised. `prepare` makes data, once, outside the clock."""

    name: str
    unit: str
    better: str
    run: Callable[[Subject], Reading]
    prepare: Callable[[Subject], None] | None = None
    times: float | None = None
    promise: float | None = None
    peers: tuple[str, ...] = _ALL
    once: bool = False


def all_cases(size: Size) -> list[Case]:
    return [*_starting(), *_logging(), *_reading(size), *_files(size)]


def _starting() -> list[Case]:
    return [
        Case("start to first answer, empty database", "s", "less", whole.first_answer, promise=1.0),
        Case("idle memory", "MiB", "less", whole.idle_memory, promise=150, once=True),
    ]


def _logging() -> list[Case]:
    return [
        Case("log-metric, 1 connection, median", "ms", "less", logs.log_metric_1),
        Case("log-metric, 16 connections", "requests/s", "more", logs.log_metric_16, times=5, promise=4_500),
        Case("log-batch, 1 key x 1000 steps", "points/s", "more", logs.batch_steps, times=8, promise=352_000),
        Case("log-batch, 1000 keys x 1 step", "points/s", "more", logs.batch_keys, times=30, promise=270_000),
        Case("whole runs, 16 connections", "runs/s", "more", logs.whole_runs, times=8, promise=424),
        Case("MLflow client, loop of 1,000 log_metric", "s", "less", logs.client_loop, promise=5),
    ]


def _reading(size: Size) -> list[Case]:
    """What was promised of an amount of data holds for the full amount only."""
    few, many, points = f"{size.candidates:,}", f"{size.many:,}", f"{size.points:,}"
    searched = "filter and order, first 100"
    chart = f"100 curves of {size.curve:,} points"
    cases = [
        Case(f"disk for {points} points", "MiB", "less", reads.disk, stock.long_series, 13, 15, once=True),
        Case(f"history of {points} points", "s", "less", reads.history, stock.long_series, 15, 1.13),
        Case(chart, "s", "less", reads.hundred_curves, stock.curves, 40, 0.0725, _NOT_FASTTRACKML),
        Case(f"search {few}, {searched}", "ms", "less", reads.search, stock.candidates),
        Case(f"all {few} in pages of 1,000", "s", "less", reads.all_pages, stock.candidates, 10, 0.42),
        Case(f"search {many}, {searched}", "ms", "less", reads.search, stock.many_candidates, 15, 85),
    ]
    return cases if size.full else [replace(case, times=None, promise=None) for case in cases]


def _files(size: Size) -> list[Case]:
    name = f"of {size.mebibytes:,} MiB"
    return [
        Case(f"upload {name}", "MB/s", "more", whole.upload, peers=_NOT_FASTTRACKML),
        Case(f"download {name}", "MB/s", "more", whole.download, whole.uploaded, peers=_NOT_FASTTRACKML),
    ]
