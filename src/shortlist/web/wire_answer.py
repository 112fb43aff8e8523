"""The goal of an experiment, the answer and how each candidate stands, as the browser's JSON API shows them."""

from typing import Literal

import msgspec

Value = float | Literal["NaN", "Infinity", "-Infinity"]


class Second(msgspec.Struct):
    """What should be good besides the goal's metric. It ranks nobody; both together have a Pareto front."""

    metric: str
    direction: Literal["maximize", "minimize"]


class Goal(msgspec.Struct):
    """What candidates of an experiment are compared by. `last` is the number of points of `mean_last`;
    `constraints` is a filter that a candidate must match to be ranked; `baseline` is the iid of a candidate.
    `confirmed` is false for a goal that was guessed from names."""

    metric: str
    direction: Literal["maximize", "minimize"]
    reduction: Literal["best", "last", "mean_last"] = "best"
    last: int = 1
    constraints: str = ""
    baseline: int | None = None
    confirmed: bool = True
    second: Second | None = None


class GoalChange(msgspec.Struct):
    """The new goal of an experiment, whole."""

    experiment: int
    metric: str
    direction: Literal["maximize", "minimize"]
    reduction: Literal["best", "last", "mean_last"] = "best"
    last: int = 1
    constraints: str = ""
    baseline: int | None = None
    second: Second | None = None


class Score(msgspec.Struct):
    """A candidate's value of the goal. `unranked` says why it has no rank."""

    iid: int
    name: str
    value: Value | None
    step: int | None
    unranked: Literal["running", "failed", "not_finite", "infeasible", "no_value"] | None = None


class Group(msgspec.Struct):
    """Candidates that differ in nothing but their seed; `deviation` is the sample's, None for one."""

    params: dict[str, str]
    candidates: list[int]
    mean: float
    deviation: float | None


class Answer(msgspec.Struct):
    """Which candidate is best. `lead` is the distance to the runner-up; `within_noise` whether it is no larger than
    the standard deviation of the best's group; `front` how many are on the Pareto front, null for a goal that has no
    second. `sentence` says all of it in words."""

    sentence: str
    goal: Goal | None
    best: Score | None
    runner_up: Score | None
    baseline: Score | None
    lead: float | None
    group: Group | None
    within_noise: bool | None
    ranked: int
    running: int
    failed: int
    not_finite: int
    infeasible: int
    no_value: int
    front: int | None = None


class Ending(msgspec.Struct):
    """Where the goal's metric of a candidate that failed or diverged ends, and the first step whose value is not
    finite, if there is one and it is known."""

    last_step: int
    odd_step: int | None
    has_nan: bool
    has_infinity: bool


class Standing(msgspec.Struct):
    """How a candidate stands by the goal. `at_step` has its metrics at the step of its value, where they were
    logged by then; `unranked` says why it has no rank. Ranks count in the whole experiment, whatever the filter.
    `pareto` is whether it is on the Pareto front of the goal's two metrics; of a seed group, whether a member is."""

    rank: int | None
    value: Value | None
    step: int | None
    unranked: Literal["running", "failed", "not_finite", "infeasible", "no_value"] | None
    at_step: dict[str, Value]
    ending: Ending | None = None
    pareto: bool = False
