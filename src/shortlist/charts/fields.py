"""Fields as text, in the words of the search language where it has them, pure."""

import re

from shortlist.charts.types import Field
from shortlist.errors import InvalidValue
from shortlist.ranking.types import Direction, Goal
from shortlist.ranking.types import Reduction as GoalReduction

_FACTS = {"score": "", "start_time": "started", "duration": "duration"}
_REDUCED = re.compile(r"(?P<reduction>last|min|max|at_best)\((?P<inner>.+)\)\Z", re.DOTALL)
_KEYED = re.compile(r"(?P<group>metric|param)s?\.(?P<key>.+)\Z", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z_]\w*\Z")
_WORDS = {"last": "last", "min": "lowest", "max": "highest", "at_best": "at the best step"}


def parse(text: str, name: str) -> Field:
    """Read `params.lr`, `metrics."val/acc"`, `max(metrics.acc)`, `at_best(metrics.loss)`, `score` or `duration`.

    Raises:
        InvalidValue: anything else; it names the request's field `name`.
    """
    stripped = text.strip()
    if stripped in _FACTS:
        return Field("", stripped)
    reduced = _REDUCED.match(stripped)
    keyed = _KEYED.match(reduced["inner"].strip() if reduced else stripped)
    if keyed is None or (reduced is not None and keyed["group"] == "param"):
        raise InvalidValue(
            "A field of a chart is params.KEY, metrics.KEY, min(), max() or at_best() of a metric, score, start_time "
            "or duration.",
            field=name,
        )
    key = keyed["key"]
    if len(key) > 2 and key[0] in '"`' and key[-1] == key[0]:
        key = key[1:-1]
    if keyed["group"] == "param":
        return Field("params", key)
    return Field("metrics", key, reduced["reduction"] if reduced else "last")  # pyright: ignore[reportArgumentType]


def text_of(field: Field) -> str:
    if field.group == "":
        return field.key
    quote = "" if _PLAIN.match(field.key) else "`" if '"' in field.key else '"'
    named = f"{field.group}.{quote}{field.key}{quote}"
    return named if field.reduction == "last" else f"{field.reduction}({named})"


def label_of(field: Field, goal: Goal) -> str:
    """What an axis says: a parameter's name, a metric with which of its points."""
    if field.key == "score" and field.group == "":
        return label_of(goal_field(goal), goal) if goal.reduction is not GoalReduction.MEAN_LAST else _mean(goal)
    if field.group == "metrics":
        return f"{field.key}, {_WORDS[field.reduction]}"
    return _FACTS.get(field.key, field.key) if field.group == "" else field.key


def _mean(goal: Goal) -> str:
    return f"{goal.metric}, mean of the last {goal.last}"


def goal_field(goal: Goal) -> Field:
    """The goal's value as a field that the search language has; of a mean of last points, the last."""
    if goal.reduction is not GoalReduction.BEST:
        return Field("metrics", goal.metric)
    return Field("metrics", goal.metric, "max" if goal.direction is Direction.MAXIMIZE else "min")
