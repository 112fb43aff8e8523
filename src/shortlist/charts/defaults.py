"""Which fields a chart has that names none: chosen by what the candidates of the experiment have."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.charts import fields
from shortlist.charts.types import Field, Kind, Request
from shortlist.metrics import service as metrics
from shortlist.ranking.rules import is_lower_better, is_seed
from shortlist.ranking.types import Goal
from shortlist.tracking import store_keys

MAX_PARAMS = 30
_MAX_PARALLEL = 6
_MAX_CORRELATED = 6
_MACHINE = ("system/", "sys/")
_COST = re.compile(r"(latency|seconds|_ms|time|memory|size|flops|cost|params)([^a-z]|$)", re.IGNORECASE)
_HELD_OUT = re.compile(r"(^|[^a-z])(val|valid|validation|test|eval|holdout|dev)([^a-z]|$)", re.IGNORECASE)


class Known(NamedTuple):
    """Metric keys, and those parameters that differ, each most likely wanted first."""

    metrics: Sequence[str]
    params: Sequence[str]


def known(connection: Connection, scope: Scope, experiment_iid: int) -> Known:
    """What the candidates of an experiment have. Three statements."""
    counted = [
        (-count, not _HELD_OUT.search(key), key)
        for key, count in metrics.keys(connection, scope, experiment_iid)
        if count > 0 and not key.startswith(_MACHINE)
    ]
    differing = [
        (is_seed(key), -count, key)
        for key, count, distinct in store_keys.keys_of_experiment(connection, scope, "param", experiment_iid)
        if distinct > 1
    ]
    return Known([key for *_, key in sorted(counted)], [key for *_, key in sorted(differing)])


def wanted(asked: Request, has: Known, goal: Goal) -> dict[str, Field]:
    """The fields of a chart by their role: those that were asked for, else the ones that tell most.

    Raises:
        InvalidValue: a text that is no field.
    """
    match asked.kind:
        case Kind.HISTORY:
            return {"y": Field("", "score")}
        case Kind.IMPORTANCE:
            return {key: Field("params", key) for key in has.params[:MAX_PARAMS]}
        case Kind.SCATTER:
            return _scatter(asked, has, goal)
        case Kind.PARETO:
            return _pareto(asked, has, goal)
        case Kind.CONTOUR:
            return _contour(asked, has)
        case Kind.PARALLEL:
            chosen = [fields.parse(text, "axes") for text in asked.axes]
            return _numbered(chosen or [*_params(has, _MAX_PARALLEL), fields.goal_field(goal)])
        case Kind.CORRELATION:
            chosen = [fields.parse(text, "axes") for text in asked.axes]
            others = [Field("metrics", key, "at_best") for key in _others(has, goal)[: _MAX_CORRELATED - 1]]
            return _numbered(chosen or [fields.goal_field(goal), *others, *_params(has, _MAX_CORRELATED)])


def _numbered(chosen: Sequence[Field]) -> dict[str, Field]:
    return {str(place): field for place, field in enumerate(dict.fromkeys(chosen))}


def _params(has: Known, most: int) -> list[Field]:
    return [Field("params", key) for key in has.params[:most]]


def _others(has: Known, goal: Goal) -> list[str]:
    return [key for key in has.metrics if key != goal.metric]


def _scatter(asked: Request, has: Known, goal: Goal) -> dict[str, Field]:
    others = _others(has, goal)
    first = Field("params", has.params[0]) if has.params else None
    second = Field("metrics", others[0], "at_best") if others else Field("", "start_time")
    chosen = {
        "x": fields.parse(asked.x, "x") if asked.x else first or second,
        "y": fields.parse(asked.y, "y") if asked.y else fields.goal_field(goal),
    }
    if asked.colour:
        chosen["colour"] = fields.parse(asked.colour, "colour")
    return chosen


def _contour(asked: Request, has: Known) -> dict[str, Field]:
    """What is asked for and, where that are fewer than two, the parameters to choose from by what they explain."""
    named = {role: fields.parse(text, role) for role, text in (("x", asked.x), ("y", asked.y)) if text}
    return named if len(named) > 1 else {**named, **_numbered([Field("params", key) for key in _free(has)])}


def _free(has: Known) -> list[str]:
    """Parameters that somebody chose: seeds only where there is nothing else."""
    chosen = [key for key in has.params if not is_seed(key)]
    return list((chosen if len(chosen) > 1 else has.params)[:MAX_PARAMS])


def _pareto(asked: Request, has: Known, goal: Goal) -> dict[str, Field]:
    """The goal against its second metric; without one against what it costs, where a metric says that; else against
    the time it takes."""
    others = _others(has, goal)
    if goal.second is not None:
        others = [goal.second.metric]
    likely = next((key for key in others if _COST.search(key)), others[0] if others else None)
    cost = Field("", "duration") if likely is None else Field("metrics", likely, "at_best")
    return {
        "x": fields.parse(asked.x, "x") if asked.x else cost,
        "y": fields.parse(asked.y, "y") if asked.y else fields.goal_field(goal),
    }


def is_better_low(field: Field, goal: Goal) -> bool:
    """Whether low values of a field are the good ones: what the goal says, else what its name says."""
    if field.key in {goal.metric, "score"}:
        return goal.direction == "minimize"
    if goal.second is not None and field.group == "metrics" and field.key == goal.second.metric:
        return goal.second.direction == "minimize"
    return field.group == "" or bool(_COST.search(field.key)) or is_lower_better(field.key)
