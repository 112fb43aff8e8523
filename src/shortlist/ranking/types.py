"""Goals, scores and the answer to the question which candidate is best."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec


class Direction(StrEnum):
    """Which values of a metric are good."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"


class Reduction(StrEnum):
    """How a series becomes one number: its best value, its last, or the mean of its last few."""

    BEST = "best"
    LAST = "last"
    MEAN_LAST = "mean_last"


class Second(msgspec.Struct, frozen=True):
    """What should be good besides: it ranks nobody, and says with the first who is on the Pareto front."""

    metric: str
    direction: Direction


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """What the candidates of an experiment are compared by.

    `last` is the number of points of MEAN_LAST. `constraints` is a filter of the search language; who does not match
    it is not ranked. `confirmed` is False for a goal that was guessed from the names of the metrics.
    """

    metric: str
    direction: Direction
    reduction: Reduction = Reduction.BEST
    last: int = 1
    constraints: str = ""
    baseline: int | None = None  # iid of the candidate that others are compared with
    confirmed: bool = True
    second: Second | None = None


class Unranked(StrEnum):
    """Why a candidate has no rank."""

    RUNNING = "running"
    FAILED = "failed"
    NOT_FINITE = "not_finite"
    NO_VALUE = "no_value"
    INFEASIBLE = "infeasible"


class Score(msgspec.Struct, frozen=True):
    """A candidate's value of the goal and the step it is from. `step` of a mean is that of its last point.

    Of a series that ended in NaN or infinity, `step` is where it ended.
    """

    iid: int
    value: float | None
    step: int | None
    unranked: Unranked | None = None


class Group(msgspec.Struct, frozen=True):
    """Ranked candidates that differ in nothing but their seed. `deviation` is the sample's (n - 1), None for one."""

    params: Mapping[str, str]  # what they have in common, without the seed
    iids: Sequence[int]
    mean: float
    deviation: float | None

    @property
    def n(self) -> int:
        return len(self.iids)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Who leads, by how much, and what the others are doing.

    `lead` is how much better the best is than the runner-up, never negative. `within_noise` is whether the lead is
    no larger than the standard deviation of the best's group; None where the group has one member. `front` is how
    many are on the Pareto front, None for a goal that has no second.
    """

    goal: Goal | None = None
    best: Score | None = None
    runner_up: Score | None = None
    baseline: Score | None = None
    lead: float | None = None
    group: Group | None = None
    within_noise: bool | None = None
    ranked: int = 0
    running: int = 0
    failed: int = 0
    not_finite: int = 0
    infeasible: int = 0
    no_value: int = 0
    front: int | None = None


class Leader(msgspec.Struct, frozen=True):
    """Who is best in an experiment, and the best value as it grew, oldest first. `other` is whom the best is compared
    with, the baseline if there is one and else the runner-up; `lead` is how much better it is, negative where worse.
    """

    experiment_iid: int
    goal: Goal
    best: Score | None
    other: Score | None
    lead: float | None
    best_so_far: Sequence[float]


class Chosen(msgspec.Struct, frozen=True):
    """The answer among some candidates, with the score of each and, where it has one, its rank in its experiment."""

    answer: Answer
    scores: Mapping[int, Score]
    ranks: Mapping[int, int]
