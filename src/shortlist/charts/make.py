"""Charts made of a frame, pure but for the names of candidates, which are asked for once."""

from collections.abc import Callable, Mapping, Sequence

from shortlist.charts import rules, words
from shortlist.charts.types import Chart, Column, Frame, Kind, Mark
from shortlist.numeric import Flags, Floats, Ints, np
from shortlist.ranking.records import records
from shortlist.ranking.rules import front
from shortlist.ranking.types import Direction

MAX_DRAWN = 2_000
_MAX_CONTEXT = 500

Names = Callable[[Sequence[int]], Mapping[int, str]]
Columns = Mapping[str, Column]


def history(frame: Frame, columns: Columns, names: Names) -> Chart:
    """Every value in the order of creation, and the record at each place."""
    best, is_record = records(frame.scores, frame.counted, frame.goal.direction)
    shown = frame.found & (np.isfinite(frame.scores) | ~frame.counted)
    places = _drawn(frame, shown, is_record, context=False)
    of = int((frame.counted & np.isfinite(frame.scores)).sum())
    marks = _marks(frame, places, is_record, names)
    holders = [mark for mark in marks if mark.special]
    return Chart(
        kind=Kind.HISTORY,
        title=f"Best {frame.goal.metric} so far",
        summary=words.history(frame, [mark.name for mark in holders], frame.scores[is_record].tolist(), of),
        columns=[
            Column(label="order", numbers=(places + 1).astype(np.float64)),
            _at(columns["y"], places),
            Column(label="best so far", numbers=best[places]),
        ],
        marks=marks,
        omitted=_omitted(frame, shown, places),
    )


def importance(frame: Frame, columns: Columns) -> Chart:
    """How much each parameter explains of the goal's value, the most first, and which way it goes."""
    counted = frame.counted & np.isfinite(frame.scores)
    rows: list[tuple[str, float, float | None, int, int]] = []
    for key, column in columns.items():
        numbers = column.numbers[counted]
        groups = rules.choices(numbers, named=column.texts is not None)
        share = rules.explained(groups, frame.scores[counted])
        if share is None:
            continue
        way = None if column.texts is not None else rules.rank_correlation(numbers, frame.scores[counted])[0]
        different = numbers[np.isfinite(numbers)]
        rows.append((key, share, way, len(np.unique(different)), len(different)))
    rows.sort(key=lambda row: (-row[1], row[0]))
    return Chart(
        kind=Kind.IMPORTANCE,
        title=f"What {frame.goal.metric} depends on",
        summary=words.importance(frame.goal, [(row[0], row[1]) for row in rows], int(counted.sum())),
        method=words.EXPLAINED,
        columns=[
            _texts("parameter", [row[0] for row in rows]),
            Column(label="share of variance", numbers=np.array([row[1] for row in rows], np.float64)),
            Column(label="rank correlation", numbers=_nullable([row[2] for row in rows])),
            Column(label="different values", numbers=np.array([row[3] for row in rows], np.float64)),
            Column(label="candidates", numbers=np.array([row[4] for row in rows], np.float64)),
        ],
    )


def scatter(frame: Frame, columns: Columns, names: Names) -> Chart:
    x, y = columns["x"], columns["y"]
    shown = np.isfinite(x.numbers) & np.isfinite(y.numbers)
    places = _drawn(frame, shown, np.zeros(len(shown), bool))
    counted = frame.counted
    ordered = x.texts is None and y.texts is None
    way = rules.rank_correlation(x.numbers[counted], y.numbers[counted])[0] if ordered else None
    missing = int((frame.found & ~shown).sum())
    return Chart(
        kind=Kind.SCATTER,
        title=f"{y.label} by {x.label}",
        summary=words.scatter(x, y, int((frame.found & shown).sum()), missing, way),
        columns=[_at(column, places) for column in columns.values()],
        marks=_marks(frame, places, np.zeros(len(shown), bool), names),
        omitted=_omitted(frame, shown, places),
    )


def parallel(frame: Frame, columns: Columns, names: Names) -> Chart:
    axes = list(columns.values())
    nothing = np.zeros(len(frame.iids), bool)
    shown = np.logical_or.reduce([np.isfinite(axis.numbers) for axis in axes]) if axes else nothing
    places = _drawn(frame, shown, nothing)
    return Chart(
        kind=Kind.PARALLEL,
        title=f"Parallel coordinates of {frame.goal.metric}",
        summary=words.parallel(axes, int((frame.found & shown).sum())),
        columns=[_at(axis, places) for axis in axes],
        marks=_marks(frame, places, nothing, names),
        omitted=_omitted(frame, shown, places),
    )


def pareto(frame: Frame, columns: Columns, names: Names, lows: tuple[bool, bool]) -> Chart:
    """`lows` says for each of the two whether low values are the good ones."""
    x, y = columns["x"], columns["y"]
    directions = [Direction.MINIMIZE if low else Direction.MAXIMIZE for low in lows]
    on_front = front(np.where(frame.counted, x.numbers, np.nan), y.numbers, (directions[0], directions[1]))
    shown = np.isfinite(x.numbers) & np.isfinite(y.numbers)
    places = _drawn(frame, shown, on_front)
    marks = _marks(frame, places, on_front, names)
    named = sorted(
        (float(x.numbers[place]), mark.name) for place, mark in zip(places, marks, strict=True) if mark.special
    )
    of = int((frame.counted & shown).sum())
    return Chart(
        kind=Kind.PARETO,
        title=f"{y.label} against {x.label}",
        summary=words.pareto(x, y, lows, [name for _, name in named], of),
        method=words.DOMINANCE,
        columns=[_at(x, places), _at(y, places)],
        marks=marks,
        omitted=_omitted(frame, shown, places),
    )


def correlation(frame: Frame, columns: Columns) -> Chart:
    """A square of coefficients. Texts have no order, so they are left out."""
    counted = frame.counted
    fields = [column for column in columns.values() if column.texts is None and _differs(column.numbers[counted])]
    square = np.full((len(fields), len(fields)), np.nan)
    for row, one in enumerate(fields):
        square[row, row] = 1.0
        for place, other in enumerate(fields[:row]):
            found, _ = rules.rank_correlation(one.numbers[counted], other.numbers[counted])
            square[row, place] = square[place, row] = np.nan if found is None else found
    pairs = [
        (one.label, fields[place].label, float(square[row, place]))
        for row, one in enumerate(fields)
        for place in range(row)
        if np.isfinite(square[row, place])
    ]
    pairs.sort(key=lambda pair: -abs(pair[2]))
    return Chart(
        kind=Kind.CORRELATION,
        title="What goes together",
        summary=words.correlation(pairs, int(counted.sum())),
        method=words.RANKS,
        columns=[
            _texts("field", [column.label for column in fields]),
            *(Column(label=column.label, numbers=square[place]) for place, column in enumerate(fields)),
        ],
    )


def _differs(values: Floats) -> bool:
    finite = values[np.isfinite(values)]
    return len(finite) > 2 and bool(finite.min() < finite.max())


def _drawn(frame: Frame, shown: Flags, special: Flags, *, context: bool = True) -> Ints:
    """Where the candidates are that a picture has room for: what is special, then what the filter finds."""
    inside = np.flatnonzero(frame.found & shown)
    chosen = inside[rules.thinned(special[inside], MAX_DRAWN)]
    if not context:
        return chosen
    outside = np.flatnonzero(~frame.found & shown)
    faint = outside[rules.thinned(np.zeros(len(outside), bool), _MAX_CONTEXT)]
    return np.sort(np.concatenate((chosen, faint)))


def _omitted(frame: Frame, shown: Flags, places: Ints) -> int:
    return frame.omitted + int((frame.found & shown).sum()) - int(frame.found[places].sum())


def _marks(frame: Frame, places: Ints, special: Flags, names: Names) -> list[Mark]:
    drawn = [int(place) for place in places]
    iids = [frame.iids[place] for place in drawn]
    named = names(iids)
    return [
        Mark(iid, named.get(iid, ""), frame.unranked[place], bool(frame.found[place]), bool(special[place]))
        for iid, place in zip(iids, drawn, strict=True)
    ]


def _at(column: Column, places: Ints) -> Column:
    return Column(
        label=column.label,
        field=column.field,
        numbers=column.numbers[places],
        texts=None if column.texts is None else [column.texts[int(place)] for place in places],
        categories=column.categories,
        log=column.log,
        low=column.low,
    )


def _texts(label: str, values: Sequence[str]) -> Column:
    return Column(label=label, numbers=np.arange(len(values), dtype=np.float64), texts=values, categories=values)


def _nullable(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float64)
