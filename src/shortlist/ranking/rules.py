"""The arithmetic of the answer, pure: guesses, ranks, groups, leads."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, stdev

from shortlist.errors import InvalidValue
from shortlist.numeric import Flags, Floats, np
from shortlist.ranking.scores import CODES, Scores
from shortlist.ranking.types import Answer, Direction, Goal, Group, Reduction, Score, Unranked

MAX_LAST = 1000
MAX_CONSTRAINTS = 4000

_LOSS = re.compile(
    r"(loss|err(or)?|mse|rmse|mae|mape|perplexity|ppl|nll|wer|cer|fid|regret|brier|deviance|entropy|distance)([^a-z]|$)",
    re.IGNORECASE,
)
_SPENT = re.compile(r"(latency|seconds|_ms|time)([^a-z]|$)", re.IGNORECASE)
# How a training goes and what it costs, which is logged beside what it is for.
_COURSE = re.compile(
    r"(^|[^a-z])(lr|learning_?rate|(grad(ient)?_?)?norm|epochs?|steps?|iter(ation)?s?|progress|momentum|weight_?decay|"
    r"runtime|duration|elapsed|throughput|fps|tokens|samples|flops|flos|params|parameters|"
    r"mem(ory)?|gpu|cpu|disk|network|size|bytes|[kmg]i?b|batch_?size|(per|/)_?(second|sec|s))([^a-z]|$)",
    re.IGNORECASE,
)
_SCORE = re.compile(r"(acc|auc|f1|r2|score|map|iou|bleu|rouge|reward|precision|recall)", re.IGNORECASE)
_HELD_OUT = re.compile(r"(^|[^a-z])(val|valid|validation|test|eval|holdout|dev)([^a-z]|$)", re.IGNORECASE)
_TRAINING = re.compile(r"(^|[^a-z])train(ing)?([^a-z]|$)", re.IGNORECASE)
_MACHINE = ("system/", "sys/")
_SEED = re.compile(r"(^|[^a-z])(seed|random_state|random_seed|rng|fold|repeat)([^a-z]|$)", re.IGNORECASE)


def guess(keys: Iterable[tuple[str, int]]) -> Goal | None:
    """The goal that a reader most likely means, from (metric, candidates that have it); None without metrics.

    What is measured before what a training shows or costs, held-out before training, a score before a loss, then the
    metric of most candidates, then the name.
    """
    found = [pair for pair in keys if pair[1] > 0 and not is_of_machine(pair[0])]
    if not found:
        return None
    metric = most_telling(found)[0]
    direction = Direction.MINIMIZE if is_lower_better(metric) else Direction.MAXIMIZE
    return Goal(metric=metric, direction=direction, confirmed=False)


def most_telling(keys: Iterable[tuple[str, int]]) -> list[str]:
    """Metrics in the order in which a reader asks for them, from (metric, how many have it); the machine's last."""
    return [
        key
        for key, _ in sorted(keys, key=lambda pair: (is_of_machine(pair[0]), _distance(pair[0]), -pair[1], pair[0]))
    ]


def is_of_machine(key: str) -> bool:
    """Whether a metric tells of the machine that the candidate ran on."""
    return key.startswith(_MACHINE)


def _distance(key: str) -> tuple[bool, int, int]:
    held_out = 0 if _HELD_OUT.search(key) else 2 if _TRAINING.search(key) else 1
    kind = 0 if _SCORE.search(key) else 1 if _LOSS.search(key) else 2
    return kind == 2 and (_SPENT.search(key) or _COURSE.search(key)) is not None, held_out, kind


def is_lower_better(metric: str) -> bool:
    """Losses, errors and durations should be low; everything else is taken for a score."""
    return (_LOSS.search(metric) or _SPENT.search(metric)) is not None


def names_metric(key: str) -> bool:
    """Whether a name is one that measurements have: a score, a loss, an error, a duration."""
    return _SCORE.search(key) is not None or is_lower_better(key)


def is_seed(param: str) -> bool:
    """Whether a parameter only repeats a training, so that what differs in nothing else is one group."""
    return _SEED.search(param) is not None


def check_goal(goal: Goal) -> Goal:
    """Raises InvalidValue: no metric, a number of points that makes no sense, or constraints that are too long."""
    if not goal.metric.strip() or len(goal.metric) > 250:
        raise InvalidValue("A goal needs a metric, of at most 250 characters.", field="metric")
    if goal.second is not None:
        if not goal.second.metric.strip() or len(goal.second.metric) > 250:
            raise InvalidValue("The second metric needs a name of at most 250 characters.", field="second")
        if goal.second.metric == goal.metric:
            raise InvalidValue("The second metric is the first one.", field="second")
    if not 1 <= goal.last <= MAX_LAST:
        raise InvalidValue(f"The number of last points must be between 1 and {MAX_LAST}.", field="last")
    if goal.reduction is not Reduction.MEAN_LAST and goal.last != 1:
        raise InvalidValue("Only a mean of the last points has a number of points.", field="last")
    if len(goal.constraints) > MAX_CONSTRAINTS:
        raise InvalidValue(f"The constraints have more than {MAX_CONSTRAINTS} characters.", field="constraints")
    return goal


def rank(scores: Iterable[Score], direction: Direction) -> Scores:
    """Those that have a rank, best first; of equal ones, in the order given. O(n log n)."""
    found = Scores.of(scores)
    ranked = found.take(found.reason == 0)
    key = -ranked.value if direction is Direction.MAXIMIZE else ranked.value
    return ranked.take(np.argsort(key, kind="stable"))


def standing(scores: Iterable[Score], direction: Direction) -> tuple[Scores, int]:
    """Every score, those with a rank first and then the others by reason, and how many have a rank. O(n log n)."""
    found = Scores.of(scores)
    # The codes of reasons are in the order in which they are listed, and 0 is ranked.
    key = np.where(found.reason == 0, -found.value if direction is Direction.MAXIMIZE else found.value, 0.0)
    return found.take(np.lexsort((key, found.reason))), int(np.count_nonzero(found.reason == 0))


def front(first: Floats, second: Floats, directions: tuple[Direction, Direction]) -> Flags:
    """Who is on the Pareto front: nobody is as good at both and better at one. Of equal ones, all; without a finite
    value of both, nobody. O(n log n)."""
    found = np.zeros(len(first), np.bool_)
    able = np.flatnonzero(np.isfinite(first) & np.isfinite(second))
    if not len(able):
        return found
    one, two = (
        values[able] if direction is Direction.MAXIMIZE else -values[able]
        for values, direction in zip((first, second), directions, strict=True)
    )
    order = np.lexsort((-two, -one))
    one, two = one[order], two[order]
    # Of those that are as good at the first, the best at the second leads; it must better all before at the second.
    starts = np.concatenate(([True], one[1:] != one[:-1]))
    leader = np.maximum.accumulate(np.where(starts, np.arange(len(one)), 0))
    before = np.concatenate(([-np.inf], np.maximum.accumulate(two)[:-1]))
    found[able[order]] = (two[leader] > before[leader]) & (two == two[leader])
    return found


def group_of(best: Score, ranked: Sequence[Score], params: Mapping[int, Mapping[str, str]]) -> Group:
    """The ranked candidates that have the parameters of `best`, seeds aside. `params` has those of every one."""
    common = without_seeds(params[best.iid])
    near = Scores.of(ranked).among(params)
    members = [score for score in near if without_seeds(params[score.iid]) == common]
    values = [math.nan if score.value is None else score.value for score in members]
    return Group(
        params=common,
        iids=[score.iid for score in members],
        mean=fmean(values),
        deviation=stdev(values) if len(values) > 1 else None,
    )


def without_seeds(params: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in params.items() if not is_seed(key)}


def lead_of(best: Score, other: Score | None, direction: Direction) -> float | None:
    """How much better `best` is; negative where it is worse."""
    if other is None or best.value is None or other.value is None:
        return None
    difference = best.value - other.value
    return difference if direction is Direction.MAXIMIZE else -difference


def answer(
    goal: Goal,
    scores: Sequence[Score],
    ranked: Sequence[Score],
    params: Mapping[int, Mapping[str, str]],
    peers: Sequence[Score] | None = None,
) -> Answer:
    """Put together what is known. `params` has the parameters of those that may be in the best's group, who are
    among `peers`: those that are ranked, unless others are given."""

    found = Scores.of(scores)

    def count(reason: Unranked) -> int:
        return int(np.count_nonzero(found.reason == CODES[reason]))

    best, runner_up = (*ranked[:2], None, None)[:2]
    baseline = None if goal.baseline is None else found.find(goal.baseline)
    group = group_of(best, peers or ranked, params) if best is not None and best.iid in params else None
    lead = None if best is None else lead_of(best, runner_up, goal.direction)
    within = None
    if group is not None and group.deviation is not None and lead is not None:
        within = lead <= group.deviation
    return Answer(
        goal=goal,
        best=best,
        runner_up=runner_up,
        baseline=None if baseline is None else found[baseline],
        lead=lead,
        group=group,
        within_noise=within,
        ranked=len(ranked),
        running=count(Unranked.RUNNING),
        failed=count(Unranked.FAILED),
        not_finite=count(Unranked.NOT_FINITE),
        infeasible=count(Unranked.INFEASIBLE),
        no_value=count(Unranked.NO_VALUE),
    )
