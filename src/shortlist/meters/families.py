"""The counts as metric families, and their text for Prometheus (exposition format 0.0.4)."""

import math
import os
import resource
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import time

import msgspec

from shortlist import __version__
from shortlist.meters.meter import Histogram, PeerMeter
from shortlist.meters.meters import Meters

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = dict[str, str]


class Sample(msgspec.Struct, frozen=True):
    """One line: what follows the family's name, the labels, the value."""

    suffix: str
    labels: Labels
    value: float


class Family(msgspec.Struct, frozen=True):
    """A metric: `kind` is counter, gauge or histogram."""

    name: str
    kind: str
    help: str
    samples: list[Sample]


def counter(name: str, text: str, values: Iterable[tuple[Labels, float]]) -> Family:
    return Family(name, "counter", text, [Sample("", labels, value) for labels, value in values])


def gauge(name: str, text: str, values: Iterable[tuple[Labels, float]]) -> Family:
    return Family(name, "gauge", text, [Sample("", labels, value) for labels, value in values])


def histogram(name: str, text: str, values: Iterable[tuple[Labels, Histogram]]) -> Family:
    return Family(name, "histogram", text, [line for labels, found in values for line in _lines(labels, found)])


def _lines(labels: Labels, found: Histogram) -> Iterator[Sample]:
    counts, total, seen = list(found.counts), found.total, 0
    for bound, count in zip((*found.bounds, math.inf), counts, strict=True):
        seen += count
        yield Sample("_bucket", {**labels, "le": _number(bound)}, seen)
    yield Sample("_sum", labels, total)
    yield Sample("_count", labels, seen)


def of_process(meters: Meters) -> list[Family]:
    """What the meters of this process say, and what the process uses."""
    return [*_requests(meters), *_writing(meters), *_others(meters), *_gitlab(meters.gitlab), *_usage()]


def _requests(meters: Meters) -> list[Family]:
    requests = sorted(meters.requests.items())
    named = [({"method": method, "endpoint": path}, meter) for (method, path), meter in requests]
    return [
        counter(
            "shortlist_requests_total",
            "Requests that were answered; status 499 where the client went away.",
            (
                ({**labels, "status": str(s)}, count)
                for labels, meter in named
                for s, count in list(meter.statuses.items())
            ),
        ),
        histogram(
            "shortlist_request_seconds",
            "From the head of a request to the end of its answer.",
            ((labels, meter.seconds) for labels, meter in named),
        ),
        gauge(
            "shortlist_requests_running", "Requests at work, event streams included.", [({}, meters.running_requests)]
        ),
    ]


def _writing(meters: Meters) -> list[Family]:
    return [
        histogram("shortlist_commit_jobs", "Changes that shared one commit.", [({}, meters.commit_jobs)]),
        histogram(
            "shortlist_commit_seconds", "From a batch's BEGIN to its durable end.", [({}, meters.commit_seconds)]
        ),
        histogram(
            "shortlist_commit_wait_seconds",
            "How long a change waited for its batch.",
            [({}, meters.commit_wait_seconds)],
        ),
        counter(
            "shortlist_commit_failures_total",
            "Batches that could not be committed.",
            [({}, meters.commit_failures.value)],
        ),
        counter(
            "shortlist_points_accepted_total", "Points of metrics that were acknowledged.", [({}, meters.points.value)]
        ),
        counter("shortlist_fold_rows_total", "Log rows that were folded to columns.", [({}, meters.fold_rows.value)]),
        histogram("shortlist_fold_seconds", "Duration of one job of a fold.", [({}, meters.fold_seconds)]),
    ]


def _others(meters: Meters) -> list[Family]:
    return [
        histogram(
            "shortlist_store_seconds",
            "Operations of the store that succeeded: put of what fits into one part, get of one range, delete.",
            (({"operation": name}, found) for name, found in sorted(meters.store_seconds.items())),
        ),
        counter(
            "shortlist_store_failures_total",
            "Operations of the object store that failed.",
            (({"operation": name}, found.value) for name, found in sorted(meters.store_failures.items())),
        ),
        counter(
            "shortlist_purged_total",
            "What was removed for good because it had been deleted long enough.",
            (({"kind": name}, found.value) for name, found in sorted(meters.purged.items())),
        ),
        counter(
            "shortlist_background_failures_total",
            "Rounds of background work that failed and are tried again.",
            (({"job": name}, found.value) for name, found in sorted(meters.background_failures.items())),
        ),
    ]


def _gitlab(meter: PeerMeter) -> list[Family]:
    age = None if meter.answered_at is None else max(0.0, time() - meter.answered_at)
    return [
        counter(
            "shortlist_gitlab_requests_total",
            "Questions to the connected GitLab: answered, missing (it has no such thing, or hides it), unreachable, "
            "refused (our token), limited, or failed.",
            (({"outcome": name}, found.value) for name, found in sorted(meter.outcomes.items())),
        ),
        gauge(
            "shortlist_gitlab_up",
            "Whether the connected GitLab answered the last question.",
            [] if meter.up is None else [({}, meter.up)],
        ),
        gauge(
            "shortlist_gitlab_answer_age_seconds",
            "How long ago the connected GitLab answered last.",
            [] if age is None else [({}, age)],
        ),
    ]


def _usage() -> list[Family]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = [
        gauge("shortlist_build_info", "The version that runs; always 1.", [({"version": __version__}, 1)]),
        counter("process_cpu_seconds_total", "Processor time of the process.", [({}, used.ru_utime + used.ru_stime)]),
    ]
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        found += [
            gauge("process_resident_memory_bytes", "Memory of the process.", [({}, pages * resource.getpagesize())]),
            gauge("process_open_fds", "Open files and sockets.", [({}, len(os.listdir("/proc/self/fd")))]),  # noqa: PTH208
        ]
    return found


def with_label(families: Sequence[Family], name: str, value: str) -> list[Family]:
    """The same with one more label on every line."""
    return [
        msgspec.structs.replace(
            family,
            samples=[Sample(line.suffix, {name: value, **line.labels}, line.value) for line in family.samples],
        )
        for family in families
    ]


def merge(groups: Iterable[Sequence[Family]]) -> list[Family]:
    """Families of several processes, each once with the lines of all."""
    found: dict[str, Family] = {}
    for family in (family for group in groups for family in group):
        before = found.get(family.name)
        lines = family.samples if before is None else [*before.samples, *family.samples]
        found[family.name] = msgspec.structs.replace(family, samples=lines)
    return list(found.values())


def render(families: Iterable[Family]) -> str:
    return "".join(_text(family) for family in families)


def _text(family: Family) -> str:
    lines = [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
    for line in family.samples:
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in line.labels.items())
        lines.append(f"{family.name}{line.suffix}{f'{{{labels}}}' if labels else ''} {_number(line.value)}")
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return "+Inf" if value == math.inf else repr(int(value) if float(value).is_integer() else float(value))
