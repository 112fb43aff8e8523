"""The answer in words, pure: for pages, link previews and reports."""

from collections.abc import Mapping

from shortlist.ranking.types import Answer, Direction, Goal, Reduction

_DIGITS = 4
# From here on all digits before the point are written, and to here.
_WHOLE = 10**_DIGITS
_LARGE = 1e9


def number(value: float) -> str:
    """At most four significant digits, without an exponent where that is short: 0.9742, 12.4, 1.2e-5, 31,400."""
    if _WHOLE <= abs(value) < _LARGE:
        return f"{value:,.0f}"
    mantissa, e, power = f"{value:,.{_DIGITS}g}".partition("e")
    return f"{mantissa}e{int(power)}" if e else mantissa


def describe(goal: Goal) -> str:
    """What is compared, such as `highest val/acc` or `lowest mean of the last 5 val/loss`."""
    word = "highest" if goal.direction is Direction.MAXIMIZE else "lowest"
    match goal.reduction:
        case Reduction.BEST:
            return f"{word} {goal.metric}"
        case Reduction.LAST:
            return f"{word} last {goal.metric}"
        case Reduction.MEAN_LAST:
            return f"{word} mean of the last {goal.last} {goal.metric}"


def sentence(answer: Answer, names: Mapping[int, str]) -> str:
    """Who is best, by how much, how sure that is, and how many others there are. `names` is iid to name."""
    if answer.goal is None:
        return "No metric has been logged yet."
    if answer.best is None or answer.best.value is None:
        return f"No candidate has finished with a value of {answer.goal.metric} yet.{_others(answer)}"
    words = f"{names.get(answer.best.iid, '?')} is best: {answer.goal.metric} {number(answer.best.value)}"
    if answer.runner_up is not None and answer.lead is not None:
        distance = f"{number(answer.lead)} ahead of" if answer.lead else "level with"
        words += f", {distance} {names.get(answer.runner_up.iid, '?')}"
    return f"{words}.{_others(answer)}{_group(answer)}{_front(answer, answer.goal)}"


def _others(answer: Answer) -> str:
    counts = (
        (answer.ranked, "ranked"),
        (answer.running, "running"),
        (answer.failed, "failed"),
        (answer.not_finite, "diverged"),
        (answer.infeasible, "outside the constraints"),
        (answer.no_value, "without a value"),
    )
    listed = [f"{count} {what}" for count, what in counts if count]
    return f" {', '.join(listed)}." if listed else ""


def _front(answer: Answer, goal: Goal) -> str:
    if not answer.front or goal.second is None:
        return ""
    on = "1 candidate is" if answer.front == 1 else f"{answer.front:,} candidates are"
    return f" {on} on the Pareto front of {goal.metric} and {goal.second.metric}."


def _group(answer: Answer) -> str:
    group = answer.group
    if group is None or group.deviation is None:
        return ""
    words = f" Its group averages {number(group.mean)} ± {number(group.deviation)}, n = {group.n}"
    if answer.within_noise is None:
        return f"{words}."
    return f"{words}: the lead is {'inside' if answer.within_noise else 'outside'} the noise."
