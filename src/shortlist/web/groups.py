"""Rows of a folded page: seed groups with the means of their members, and candidates below others."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from statistics import fmean, stdev

import msgspec

from shortlist.ranking.folding import NONE, Folded, SeedGroup
from shortlist.ranking.service import Standing
from shortlist.web import translate, wire, wire_answer

_MOST_MEMBERS = 5_000  # are read for the groups of a page
_MOST_NAMED = 1_000
_SEPARATORS = "-_ ."
_SEED_WORDS = ("seed", "s")


def wanted(folded: Folded, start: int, end: int) -> list[int]:
    """The places whose candidates the rows from `start` to `end` need."""
    places: list[int] = folded.places[start:end].tolist()
    for group in _read(folded, start, end).values():
        places += group.places
    return list(dict.fromkeys(places))


def _read(folded: Folded, start: int, end: int) -> dict[int, SeedGroup]:
    """The groups of a page whose members are read with it, by row: the first, as far as there is room."""
    found: dict[int, SeedGroup] = {}
    room = _MOST_MEMBERS
    for row in range(start, min(end, len(folded.iids))):
        group = folded.group(row)
        if group is not None and len(group.places) <= room:
            found[row] = group
            room -= len(group.places)
    return found


def rows(
    folded: Folded, start: int, end: int, candidates: Sequence[wire.CandidateRow], standing: Standing
) -> list[wire.CandidateRow]:
    """The rows of a page from those of its candidates; one that was deleted meanwhile is left out."""
    by_iid = {row.iid: row for row in candidates}
    read = _read(folded, start, end)
    found: list[wire.CandidateRow] = []
    for at in range(start, min(end, len(folded.iids))):
        leader = by_iid.get(int(standing.scores.iid[folded.places[at]]))
        if leader is None:
            continue
        shown = {"depth": int(folded.depths[at]), "below": int(folded.below[at])}
        group, rank = folded.group(at), int(folded.ranks[at])
        if group is not None:
            iids: list[int] = standing.scores.iid[list(group.places)].tolist()
            members = [by_iid[iid] for iid in iids if iid in by_iid] if at in read else []
            row = _group(group, iids, members or [leader], standing)
        else:
            row = leader if rank == NONE else _with_rank(leader, rank)
        found.append(msgspec.structs.replace(row, **shown))
    return found


def ranked(folded: Folded, place: int, row: wire.CandidateRow) -> wire.CandidateRow:
    """The row of the candidate at a place of the standing with the rank that it has among groups, alone or in one."""
    rank = folded.rank_of(place)
    return row if rank is None else _with_rank(row, rank)


def _with_rank(row: wire.CandidateRow, rank: int) -> wire.CandidateRow:
    if row.standing is None:
        return row
    return msgspec.structs.replace(row, standing=msgspec.structs.replace(row.standing, rank=rank))


def _group(
    group: SeedGroup, iids: Sequence[int], members: Sequence[wire.CandidateRow], standing: Standing
) -> wire.CandidateRow:
    whole = len(members) == len(iids)
    at_step = _spread(row.standing.at_step for row in members if row.standing is not None) if whole else {}
    last = _spread(row.metrics for row in members) if whole else {}
    deviations = {key: deviation for key, (_, deviation) in (last | at_step).items() if deviation is not None}
    means = {key: mean for key, (mean, _) in at_step.items()}
    if standing.goal is not None:
        means[standing.goal.metric] = group.mean
        deviations[standing.goal.metric] = group.deviation
    starts = [row.start_time for row in members]
    lasting = [row.end_time - row.start_time for row in members if row.end_time is not None]
    return wire.CandidateRow(
        iid=-group.number,
        external_id="",
        name=_name([row.name for row in members]),
        status="finished",
        start_time=min(starts),
        end_time=min(starts) + round(fmean(lasting)) if lasting else None,
        created_by=_common([{"by": row.created_by} for row in members]).get("by", ""),
        parent=None,
        deleted=False,
        metrics={key: translate.value(mean) for key, (mean, _) in last.items()},
        params=_common([row.params for row in members]),
        metadata=_common([row.metadata for row in members]),
        standing=wire_answer.Standing(
            rank=group.rank,
            value=translate.value(group.mean),
            step=None,
            unranked=None,
            at_step={key: translate.value(mean) for key, mean in means.items()},
            pareto=standing.front is not None and bool(standing.front[list(group.places)].any()),
        ),
        ci=_common([row.ci for row in members]),
        group=wire.SeedRow(list(iids[:_MOST_NAMED]), len(iids), deviations),
    )


def _spread(found: Iterable[Mapping[str, wire_answer.Value]]) -> dict[str, tuple[float, float | None]]:
    """The mean and the sample's deviation of each metric over those that have a finite value."""
    values: dict[str, list[float]] = {}
    for metrics in found:
        for key, value in metrics.items():
            if math.isfinite(float(value)):
                values.setdefault(key, []).append(float(value))
    return {key: (fmean(of), stdev(of) if len(of) > 1 else None) for key, of in values.items()}


def _common(found: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """What all of them have."""
    first, *others = found
    return {key: value for key, value in first.items() if all(other.get(key) == value for other in others)}


def _name(names: Sequence[str]) -> str:
    """What the names begin with, without a seed: `mlp-64` for `mlp-64-s0` and `mlp-64-s1`."""
    if len(names) == 1:
        return names[0]
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return _without_seed("".join(letters[0] for letters in alike)) or names[0]


def _without_seed(start: str) -> str:
    """The start of names such as `mlp-64-s1` and `mlp-64-s2`, up to where the seed is named."""
    rest = start.rstrip(_SEPARATORS + "=")
    for word in _SEED_WORDS:
        if rest.lower().endswith(word) and rest[-len(word) - 1 : -len(word)] in tuple(_SEPARATORS):
            return rest[: -len(word)].rstrip(_SEPARATORS)
    return rest
