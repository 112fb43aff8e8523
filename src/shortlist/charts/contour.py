"""Two fields and the goal: the mean of the candidates in each place of a grid, pure. Nothing is made up between."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shortlist.charts import rules, words
from shortlist.charts.types import Chart, Column, Frame, Kind
from shortlist.numeric import Flags, Floats, Ints, np
from shortlist.ranking.sentence import number
from shortlist.ranking.types import Direction

_NONE = "none"


class Groups(NamedTuple):
    """The words of each group along an axis, in its order, and the group of each candidate."""

    names: Sequence[str]
    which: Ints


def contour(frame: Frame, columns: Mapping[str, Column]) -> Chart:
    """`columns` are `x` and `y` where they are asked for, and those to choose from: first what half of the candidates
    or more have, then what explains most."""
    counted = frame.counted & np.isfinite(frame.scores)
    x, y = _chosen(frame, columns, counted)
    title = f"{frame.goal.metric} by {x.label} and {y.label}" if x and y else words.TITLES[Kind.CONTOUR]
    if x is None or y is None or not counted.any():
        summary = "No two parameters differ among the candidates that count."
        return Chart(kind=Kind.CONTOUR, title=title, summary=summary, columns=[])
    across, up = groups(x, counted), groups(y, counted)
    scores = frame.scores[counted]
    cells: list[tuple[int, int, Floats]] = []
    for column in range(len(across.names)):
        for row in range(len(up.names)):
            inside = scores[(across.which == column) & (up.which == row)]
            if len(inside):
                cells.append((column, row, inside))
    pick = max if frame.goal.direction is Direction.MAXIMIZE else min
    best = pick(cells, key=lambda cell: float(cell[2].mean()))
    where = f"{x.label} {across.names[best[0]]} and {y.label} {up.names[best[1]]}"
    return Chart(
        kind=Kind.CONTOUR,
        title=title,
        summary=f"Of {len(cells):,} places with {words.counted(len(scores))} the best mean of {frame.goal.metric}, "
        f"{number(float(best[2].mean()))} (n = {len(best[2])}), is at {where}.",
        method=words.PLACES,
        columns=[
            _axis(x, across, [column for column, _, _ in cells]),
            _axis(y, up, [row for _, row, _ in cells]),
            Column(
                label=f"mean {frame.goal.metric}",
                numbers=np.array([inside.mean() for *_, inside in cells], np.float64),
                low=frame.goal.direction is Direction.MINIMIZE,
            ),
            Column(label="best", numbers=np.array([pick(inside) for *_, inside in cells], np.float64)),
            Column(label="candidates", numbers=np.array([len(inside) for *_, inside in cells], np.float64)),
        ],
    )


def _chosen(frame: Frame, columns: Mapping[str, Column], counted: Flags) -> tuple[Column | None, Column | None]:
    asked = {columns[role].field for role in ("x", "y") if role in columns}
    shares = [
        (_is_rare(column, counted), -_explained(column, frame, counted), column)
        for role, column in columns.items()
        if role not in ("x", "y") and column.field not in asked and len(groups(column, counted).names) > 1
    ]
    others = iter([column for *_, column in sorted(shares, key=lambda share: share[:2])])
    x = columns.get("x") or next(others, None)
    return x, columns.get("y") or next(others, None)


def _is_rare(column: Column, counted: Flags) -> bool:
    return int(np.isfinite(column.numbers[counted]).sum()) * 2 < int(counted.sum())


def _explained(column: Column, frame: Frame, counted: Flags) -> float:
    which = groups(column, counted).which.astype(np.float64)
    return rules.explained(which, frame.scores[counted]) or 0.0


def groups(column: Column, counted: Flags) -> Groups:
    """Texts and up to eight different numbers are groups of their own, more numbers as many of equal count, and to
    lack a value is the last one."""
    numbers = column.numbers[counted]
    few = column.texts is not None or len(np.unique(numbers[np.isfinite(numbers)])) <= rules.MAX_BINS
    binned = numbers if few else rules.bins(numbers)
    present = np.isfinite(binned)
    found, which = np.unique(binned[present], return_inverse=True)
    names = [_name(column, numbers, binned, float(value)) for value in found]
    all_of = np.full(len(numbers), len(names), np.int64)
    all_of[present] = which
    return Groups([*names, _NONE] if not present.all() else names, all_of)


def _name(column: Column, numbers: Floats, binned: Floats, value: float) -> str:
    if column.texts is not None:
        return column.categories[int(value)]
    inside = numbers[binned == value]
    low, high = float(inside.min()), float(inside.max())
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def _axis(column: Column, found: Groups, places: Sequence[int]) -> Column:
    return Column(
        label=column.label,
        field=column.field,
        numbers=np.array(places, np.float64),
        texts=[found.names[place] for place in places],
        categories=list(found.names),
    )
