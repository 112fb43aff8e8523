"""Guesses, ranks, groups, leads and the words for them."""

import json
import math
from pathlib import Path
from statistics import mean, stdev

import hypothesis.strategies as st
import pytest
from hypothesis import given

from shortlist.errors import InvalidValue
from shortlist.ranking import rules
from shortlist.ranking.sentence import describe, number, sentence
from shortlist.ranking.types import Answer, Direction, Goal, Reduction, Score, Unranked

ACCURACY = Goal(metric="val/acc", direction=Direction.MAXIMIZE)
LIBRARY = Path(__file__).parents[3] / "frontend" / "src" / "lib"
DIFFERENCES: list[tuple[float, str]] = [
    tuple(case) for case in json.loads((LIBRARY / "difference_cases.json").read_text())
]
SCORES = st.lists(st.tuples(st.floats(allow_nan=False, allow_infinity=False, width=32), st.booleans()), max_size=20)


@pytest.mark.parametrize(
    ("keys", "metric", "direction"),
    [
        ([("train/loss", 9), ("val/loss", 9), ("val/acc", 9)], "val/acc", "maximize"),
        ([("train/acc", 9), ("val/loss", 9)], "val/loss", "minimize"),
        ([("loss", 9), ("system/cpu", 9)], "loss", "minimize"),
        ([("test_rmse", 2), ("eval_rmse", 3)], "eval_rmse", "minimize"),
        ([("reward", 1)], "reward", "maximize"),
        ([("latency_ms", 1)], "latency_ms", "minimize"),
        ([("training_f1", 5), ("f1", 5)], "f1", "maximize"),
        ([("grad_norm", 9), ("lr", 9), ("perplexity", 3)], "perplexity", "minimize"),
        ([("eval_runtime", 9), ("eval_samples_per_second", 9), ("train_loss", 1)], "train_loss", "minimize"),
        ([("epoch", 9), ("train/global_step", 9), ("gpu_memory", 9), ("quality", 1)], "quality", "maximize"),
        ([("time/step", 9), ("val_loss_epoch", 2), ("train_acc_step", 2)], "val_loss_epoch", "minimize"),
        ([("step", 9), ("tokens_per_second", 8)], "step", "maximize"),
    ],
)
def test_the_goal_is_guessed_from_names(keys: list[tuple[str, int]], metric: str, direction: str) -> None:
    guessed = rules.guess(keys)
    assert guessed is not None
    assert (guessed.metric, guessed.direction.value, guessed.confirmed) == (metric, direction, False)


def test_nothing_is_guessed_without_metrics() -> None:
    assert rules.guess([]) is None
    assert rules.guess([("system/cpu", 3), ("gone", 0)]) is None


@given(SCORES)
def test_ranks_are_best_first_and_turn_with_the_direction(drawn: list[tuple[float, bool]]) -> None:
    scores = [Score(iid, value, 0, Unranked.FAILED if failed else None) for iid, (value, failed) in enumerate(drawn)]
    up = rules.rank(scores, Direction.MAXIMIZE)
    down = rules.rank(scores, Direction.MINIMIZE)
    assert {score.iid for score in up} == {score.iid for score in scores if score.unranked is None}
    assert [score.value for score in up] == [score.value for score in down][::-1]
    values = [score.value for score in up if score.value is not None]
    assert values == sorted(values, reverse=True)


@given(SCORES)
def test_the_lead_is_never_negative(drawn: list[tuple[float, bool]]) -> None:
    scores = [Score(iid, value, 0) for iid, (value, _) in enumerate(drawn)]
    for goal in (ACCURACY, Goal(metric="loss", direction=Direction.MINIMIZE)):
        found = rules.answer(goal, scores, rules.rank(scores, goal.direction), {})
        assert found.lead is None or found.lead >= 0
        assert (found.lead is None) == (len(scores) < 2)


def test_a_group_is_what_differs_in_its_seed_alone() -> None:
    scores = [Score(1, 0.9, 1), Score(2, 0.8, 1), Score(3, 0.86, 1), Score(4, 0.89, 1)]
    params = {
        1: {"lr": "0.1", "seed": "0"},
        2: {"lr": "0.1", "seed": "1"},
        3: {"lr": "0.1", "seed": "2"},
        4: {"lr": "0.2", "seed": "0"},
    }
    found = rules.answer(ACCURACY, scores, rules.rank(scores, Direction.MAXIMIZE), params)
    assert found.group is not None
    assert sorted(found.group.iids) == [1, 2, 3]
    assert found.group.params == {"lr": "0.1"}
    assert found.group.mean == pytest.approx(mean([0.9, 0.8, 0.86]))
    assert found.group.deviation == pytest.approx(stdev([0.9, 0.8, 0.86]))
    assert found.lead == pytest.approx(0.01)
    assert found.within_noise is True


def test_one_member_has_no_deviation_and_no_noise() -> None:
    scores = [Score(1, 0.9, 1), Score(2, 0.8, 1)]
    found = rules.answer(ACCURACY, scores, rules.rank(scores, Direction.MAXIMIZE), {1: {"lr": "1"}, 2: {"lr": "2"}})
    assert found.group is not None
    assert (found.group.n, found.group.deviation, found.within_noise) == (1, None, None)


@pytest.mark.parametrize(
    "name", ["seed", "random_state", "model.seed", "data-seed", "RNG", "cv_fold", "seed_everything"]
)
def test_seeds_are_known_by_their_names(name: str) -> None:
    assert rules.is_seed(name)
    assert not rules.is_seed("speed")
    assert not rules.is_seed("unfolded")


@pytest.mark.parametrize(
    ("goal", "field"),
    [
        (Goal(metric=" ", direction=Direction.MAXIMIZE), "metric"),
        (Goal(metric="a", direction=Direction.MAXIMIZE, reduction=Reduction.MEAN_LAST, last=0), "last"),
        (Goal(metric="a", direction=Direction.MAXIMIZE, reduction=Reduction.MEAN_LAST, last=1001), "last"),
        (Goal(metric="a", direction=Direction.MAXIMIZE, last=3), "last"),
        (Goal(metric="a", direction=Direction.MAXIMIZE, constraints="x" * 4001), "constraints"),
    ],
)
def test_a_goal_that_makes_no_sense_is_refused(goal: Goal, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        rules.check_goal(goal)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("value", "text"),
    [*DIFFERENCES, (0.97423, "0.9742"), (-0.5, "-0.5"), (-31400.0, "-31,400")],
)
def test_numbers_have_four_digits_and_differences_are_written_as_in_the_browser(value: float, text: str) -> None:
    assert number(value) == text


def test_the_answer_is_a_sentence() -> None:
    names = {1: "convnext", 2: "vit"}
    scores = [
        Score(1, 0.857, 59),
        Score(2, 0.854, 40),
        Score(3, None, 3, Unranked.NOT_FINITE),
        Score(4, 0.99, 1, Unranked.FAILED),
    ]
    found = rules.answer(ACCURACY, scores, rules.rank(scores, Direction.MAXIMIZE), {})
    assert sentence(found, names) == (
        "convnext is best: val/acc 0.857, 0.003 ahead of vit. 2 ranked, 1 failed, 1 diverged."
    )
    level = rules.answer(ACCURACY, [Score(1, 0.5, 0), Score(2, 0.5, 0)], [Score(1, 0.5, 0), Score(2, 0.5, 0)], {})
    assert sentence(level, names) == "convnext is best: val/acc 0.5, level with vit. 2 ranked."
    assert sentence(Answer(), {}) == "No metric has been logged yet."
    empty = rules.answer(ACCURACY, scores[2:], [], {})
    assert sentence(empty, {}) == "No candidate has finished with a value of val/acc yet. 1 failed, 1 diverged."


@pytest.mark.parametrize(
    ("goal", "text"),
    [
        (ACCURACY, "highest val/acc"),
        (Goal(metric="loss", direction=Direction.MINIMIZE, reduction=Reduction.LAST), "lowest last loss"),
        (
            Goal(metric="loss", direction=Direction.MINIMIZE, reduction=Reduction.MEAN_LAST, last=5),
            "lowest mean of the last 5 loss",
        ),
    ],
)
def test_a_goal_is_described(goal: Goal, text: str) -> None:
    assert describe(goal) == text


def test_nan_is_no_value_of_a_rank() -> None:
    assert rules.lead_of(Score(1, math.nan, 0), None, Direction.MAXIMIZE) is None
