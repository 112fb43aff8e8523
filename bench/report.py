"""The tables: medians with ratios while the cases run, and what each of them cost the servers in the end."""

import statistics

from bench.cases import Case
from bench.measure import Figures, Found

OURS = "shortlist"
# A client that is busy for more than this is what was measured.
_CLIENT_LIMIT = 0.9


def head(title: str, names: list[str], last: str) -> str:
    rule = _cells(["---"] * (len(names) + 2 + bool(last)))
    return f"\n{_cells([title, 'unit', *names, *([last] if last else [])])}\n{rule}"


def line(case: Case, found: Found, names: list[str], rounds: int) -> str:
    """Medians, how many times as good as each peer's ours is, and whether what was promised holds."""
    figures = [_result(case, found, name, rounds) for name in names]
    return _cells([case.name, case.unit, *figures, _promised(case, found)])


def cost(case: Case, found: Found, names: list[str]) -> str:
    return _cells([case.name, "", *(_cost(found[name]) if name in found else "" for name in names)])


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _result(case: Case, found: Found, name: str, rounds: int) -> str:
    if name not in case.peers:
        return "not offered"
    figures = found.get(name)
    if figures is None:
        return ""
    if not figures.values:
        return "failed" if figures.failure else ""
    remarks: list[str] = []
    if name != OURS and (ours := found.get(OURS)) and ours.values:
        remarks.append(f"{_times_as_good(case, ours.median, figures.median):.1f} x")
    if len(figures.values) < rounds and not case.once:
        remarks.append(f"{len(figures.values)} round{'s' if len(figures.values) > 1 else ''}")
    if figures.client and statistics.median(figures.client) > _CLIENT_LIMIT:
        remarks.append("the client is the limit")
    return _figure(figures.median) + (f" ({', '.join(remarks)})" if remarks else "")


def _times_as_good(case: Case, ours: float, theirs: float) -> float:
    return ours / theirs if case.better == "more" else theirs / ours


def _promised(case: Case, found: Found) -> str:
    """As a ratio to the best peer of this run, and as a figure."""
    ours = found.get(OURS)
    if ours is None or not ours.values:
        return ""
    said: list[str] = []
    peers = [figures.median for name, figures in found.items() if name != OURS and figures.values]
    if case.times is not None and peers:
        ratio = min(_times_as_good(case, ours.median, theirs) for theirs in peers)
        said.append(f"{case.times:g} x: {_kept(ratio >= case.times)}")
    if case.promise is not None:
        reached = ours.median >= case.promise if case.better == "more" else ours.median <= case.promise
        said.append(f"{_figure(case.promise)}: {_kept(reached)}")
    return "; ".join(said)


def _kept(reached: bool) -> str:
    return "kept" if reached else "missed"


def _figure(value: float) -> str:
    """Three digits at least, and no exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _cost(figures: Figures) -> str:
    """Cores of the server, and of its client; most memory; what was added on disk."""
    busy = ""
    if figures.cores:
        busy = f"{statistics.median(figures.cores):.2f} + {statistics.median(figures.client):.2f} cores, "
    return f"{busy}{figures.peak_mib:,.0f} MiB, {figures.disk_mib:+,.0f} MiB"
