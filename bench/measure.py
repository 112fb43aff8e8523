"""One case on every server in turn, round after round, with what it cost each of them."""

import statistics
import sys
import time
from dataclasses import dataclass, field

from bench.cases import Case
from bench.subject import Reading, Subject

# A round may be a peer's only one if it lasted this long, while another server was so many times as good.
PATIENCE_SECONDS, _BEATEN = 45.0, 10.0


@dataclass
class Figures:
    """Of one case on one server. In each round: the figure, the cores that the server and its client kept busy.

    Over all rounds, and the making of the data: the most memory, and what it added on disk, in MiB.
    """

    values: list[float] = field(default_factory=list[float])
    cores: list[float] = field(default_factory=list[float])
    client: list[float] = field(default_factory=list[float])
    lasted: float = 0.0
    prepared: float = 0.0
    peak_mib: float = 0.0
    disk_mib: float = 0.0
    failure: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def add(self, reading: Reading, lasted: float) -> None:
        self.values.append(reading.value)
        self.lasted = lasted
        if reading.window.seconds:
            self.cores.append(reading.window.server / reading.window.seconds)
            self.client.append(reading.window.client / reading.window.seconds)


Found = dict[str, Figures]


def measure(case: Case, subjects: list[Subject], rounds: int, found: Found) -> None:
    """Fill `found`, server by server. One that fails is left out of what follows, and the others go on."""
    entered = [subject for subject in subjects if subject.name in case.peers]
    before = {subject.name: subject.server.disk_mib() for subject in entered}
    for subject in entered:
        subject.server.forget_peak()
        found[subject.name] = Figures()
    try:
        for subject in entered:
            _try(case, subject, found[subject.name], prepare=True)
        for number in range(1 if case.once else rounds):
            for subject in entered:
                if number == 0 or _again(case, subject, found):
                    _try(case, subject, found[subject.name], prepare=False)
    finally:
        for subject in entered:
            found[subject.name].peak_mib = subject.server.peak_mib()
            found[subject.name].disk_mib = subject.server.disk_mib() - before[subject.name]


def _try(case: Case, subject: Subject, figures: Figures, *, prepare: bool) -> None:
    if figures.failure:
        return
    began = time.perf_counter()
    try:
        if not prepare:
            figures.add(case.run(subject), time.perf_counter() - began)
            _say(f"{case.name}: {subject.name} {figures.values[-1]:.4g} {case.unit}", began)
        elif case.prepare:
            case.prepare(subject)
            figures.prepared = time.perf_counter() - began
            _say(f"{case.name}: {subject.name} has its data", began)
    except Exception as error:  # noqa: BLE001 - a server that cannot do something is a result too
        figures.failure = str(error)[:500] or type(error).__name__
        _say(f"{case.name}: {subject.name} failed: {figures.failure}", began)


def _again(case: Case, subject: Subject, found: Found) -> bool:
    """Not a slow peer that would be waited for again only to learn what is known."""
    figures = found[subject.name]
    if figures.lasted < PATIENCE_SECONDS or subject.name == "shortlist":
        return True
    best = max if case.better == "more" else min
    leading = best(other.median for other in found.values() if other.values)
    behind = leading / figures.median if case.better == "more" else figures.median / leading
    return behind < _BEATEN


def _say(line: str, began: float) -> None:
    print(f"  {line} ({time.perf_counter() - began:.1f} s)", file=sys.stderr, flush=True)
