"""How much each parameter explains of the goal of an experiment, for whoever lists parameters: from a sample, so that
it costs the same whatever the number of candidates, and kept until there are notably more of them, so that a list does
not change its order with every candidate that finishes."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.charts import rules, store
from shortlist.charts.frame import param_column
from shortlist.db import memory
from shortlist.numeric import Ints, np
from shortlist.ranking import service as ranking
from shortlist.ranking.rules import is_seed
from shortlist.ranking.scores import Scores
from shortlist.ranking.types import Goal

MAX_PARAMS = 200
_MOST_VALUES = 20_000  # read of parameters, in some 30 ms
_MOST_SAMPLED = 500
_NOTABLE = 0.02  # what a sample of that size says of a parameter that explains nothing
_GROWTH = 0.1  # so much more or fewer candidates are notable
_SPREAD = 2_654_435_761  # Knuth's multiplier: neighbours fall far from each other
_BYTES_A_KEY = 120


class _Found(msgspec.Struct, frozen=True):
    goal: Goal
    keys: Sequence[str]
    ranked: int
    shares: Mapping[str, float]


def influence(connection: Connection, scope: Scope, experiment_iid: int, keys: Sequence[str]) -> Mapping[str, float]:
    """The share of the variance of the goal's value that each parameter explains by itself, 0 to 1; seeds and those
    that explain nothing are left out. Two statements beside those of the standing, and none while it is kept.

    Args:
        keys: parameters that differ, the likeliest first; after `MAX_PARAMS` they are not looked at.
    """
    standing = ranking.standing(connection, scope, experiment_iid)
    wanted = [key for key in keys if not is_seed(key)][:MAX_PARAMS]
    if standing.goal is None or not wanted:
        return {}
    place = (scope.project_id, experiment_iid)
    known = memory.of(connection)
    revision = memory.revision(connection, place)
    kept = known.find(place, "influence", revision)
    if kept is not None and _holds(kept.value, standing.goal, wanted, standing.ranked):
        return kept.value.shares
    sample = sampled(standing.scores[: standing.ranked], min(_MOST_SAMPLED, _MOST_VALUES // len(wanted)))
    shares = _shares(connection, scope, experiment_iid, sample, wanted)
    found = _Found(standing.goal, wanted, standing.ranked, shares)
    known.keep(place, "influence", revision, found, _BYTES_A_KEY * len(wanted))
    return shares


def _holds(found: _Found, goal: Goal, keys: Sequence[str], ranked: int) -> bool:
    return found.goal == goal and found.keys == keys and abs(ranked - found.ranked) <= _GROWTH * found.ranked


def sampled(ranked: Scores, most: int) -> Scores:
    """At most so many, chosen by their numbers alone: as candidates are added, most of the sample stays."""
    if len(ranked) <= most:
        return ranked
    marks: Ints = ranked.iid * _SPREAD % 2**32
    return ranked.take(np.sort(np.argpartition(marks, most)[:most]))


def _shares(
    connection: Connection, scope: Scope, experiment_iid: int, sample: Scores, keys: Sequence[str]
) -> dict[str, float]:
    iids: list[int] = sample.iid.tolist()
    values = store.params(connection, scope, experiment_iid, keys, iids)
    found: dict[str, float] = {}
    for key in keys:
        column = param_column(key, key, [values[key].get(iid) for iid in iids])
        share = rules.explained(rules.choices(column.numbers, named=column.texts is not None), sample.value)
        if share is not None and share >= _NOTABLE:
            found[key] = round(share, 2)
    return found
