"""What lists of experiments ask for after they are shown: who leads each of them."""

import msgspec

from shortlist.web.wire_answer import Goal, Score


class LeaderQuery(msgspec.Struct):
    """Up to 100 experiments."""

    experiments: list[int]


class Leader(msgspec.Struct):
    """The best candidate of an experiment, by what, and the best value as it grew, oldest first. `other` is the
    baseline, or the runner-up where there is none; `lead` is how much better the best is, negative where worse."""

    experiment: int
    goal: Goal
    by: str  # what is compared, in words: highest val/acc
    best: Score | None
    other: Score | None
    lead: float | None
    best_so_far: list[float]


class LeaderList(msgspec.Struct):
    """Experiments without a metric to compare by are left out."""

    leaders: list[Leader]
