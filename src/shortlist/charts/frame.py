"""Columns of an experiment's candidates, read in a few statements and held as arrays."""

import math
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.charts import defaults, fields, store
from shortlist.charts.types import Column, Field, Frame
from shortlist.metrics import service as metrics
from shortlist.numeric import Floats, np
from shortlist.ranking import second
from shortlist.ranking import service as ranking
from shortlist.ranking.scores import Scores
from shortlist.ranking.types import Goal, Score
from shortlist.search import service as search

MAX_CANDIDATES = 10_000  # the newest; so many are read, computed and thinned in well under a second
_WANTS_LOG = 30  # greatest over smallest, of values that want a logarithmic axis

Times = Mapping[int, tuple[int, int | None]]


def read(
    connection: Connection, scope: Scope, experiment_iid: int, filtered_by: str, wanted: Sequence[Field]
) -> Frame | None:
    """The candidates of an experiment with some columns; None where there is no goal, because there is no metric.

    Raises:
        InvalidValue: `filtered_by` is no filter.
    """
    standing = ranking.standing(connection, scope, experiment_iid)
    if standing.goal is None:
        return None
    times = store.times(connection, scope, experiment_iid)
    every = sorted((score for score in standing.scores if score.iid in times), key=lambda item: _made(times, item))
    scores = every[-MAX_CANDIDATES:]
    iids = [score.iid for score in scores]
    found = set(iids)
    if filtered_by.strip():
        found = search.matching(connection, scope, experiment_iid, filtered_by)
    reader = _Reader(connection, scope, experiment_iid, scores, times, (standing.goal, standing.scores))
    return Frame(
        goal=standing.goal,
        iids=iids,
        scores=_floats([score.value for score in scores]),
        unranked=[score.unranked for score in scores],
        found=np.array([iid in found for iid in iids], bool),
        columns=reader.columns(wanted),
        omitted=len(every) - len(iids),
    )


def _made(times: Times, score: Score) -> tuple[int, int]:
    return times[score.iid][0], score.iid


class _Reader:
    def __init__(
        self,
        connection: Connection,
        scope: Scope,
        experiment_iid: int,
        scores: Sequence[Score],
        times: Times,
        by: tuple[Goal, Scores],
    ) -> None:
        self._connection = connection
        self._scope = scope
        self._experiment = experiment_iid
        self._scores = scores
        self._times = times
        self._goal, self._everyone = by

    def columns(self, wanted: Sequence[Field]) -> dict[str, Column]:
        """Each field's column by its text; at most one statement for metrics, one for parameters, three for points."""
        metric_keys = list(dict.fromkeys(field.key for field in wanted if field.group == "metrics"))
        param_keys = list(dict.fromkeys(field.key for field in wanted if field.group == "params"))
        extents = store.metrics(self._connection, self._scope, self._experiment, metric_keys) if metric_keys else {}
        params = store.params(self._connection, self._scope, self._experiment, param_keys) if param_keys else {}
        at_best = [field.key for field in wanted if field.group == "metrics" and field.reduction == "at_best"]
        points = self._at_best(list(dict.fromkeys(at_best)), extents)
        columns: dict[str, Column] = {}
        for field in wanted:
            text, label = fields.text_of(field), fields.label_of(field, self._goal)
            low = defaults.is_better_low(field, self._goal)
            if field.group == "params":
                found = params[field.key]
                columns[text] = param_column(text, label, [found.get(score.iid) for score in self._scores])
            elif field.group == "":
                columns[text] = _numeric(text, label, self._fact(field.key), low=low)
            elif self._goal.second is not None and field == Field("metrics", self._goal.second.metric, "at_best"):
                columns[text] = _numeric(text, label, self._second(), low=low)
            elif field.reduction == "at_best":
                columns[text] = _numeric(text, label, self._of(points[field.key]), low=low)
            else:
                columns[text] = _numeric(text, label, self._extent(field, extents[field.key]), low=low)
        return columns

    def _second(self) -> Floats:
        """As the ranking reads it, so that its front and that of the chart are one."""
        everyone = self._everyone
        values = second.values(self._connection, self._scope, self._experiment, self._goal, everyone)
        return self._of(dict(zip(everyone.iid.tolist(), values.tolist(), strict=True)))

    def _of(self, values: Mapping[int, float | None]) -> Floats:
        return _floats([values.get(score.iid) for score in self._scores])

    def _fact(self, name: str) -> Floats:
        if name == "score":
            return _floats([score.value for score in self._scores])
        pairs = [self._times[score.iid] for score in self._scores]
        if name == "start_time":
            return _floats([start for start, _ in pairs])
        return _floats([None if end is None else (end - start) / 1000 for start, end in pairs])

    def _extent(self, field: Field, found: Mapping[int, store.Extent]) -> Floats:
        if field.reduction == "min":
            return self._of({iid: item.min for iid, item in found.items()})
        if field.reduction == "max":
            return self._of({iid: item.max for iid, item in found.items()})
        return self._of({iid: item.last for iid, item in found.items()})

    def _at_best(
        self, keys: Sequence[str], extents: Mapping[str, Mapping[int, store.Extent]]
    ) -> dict[str, dict[int, float | None]]:
        """Values at the step that ranks each candidate. Only series that go on after it are read."""
        steps = {score.iid: score.step for score in self._scores if score.step is not None}
        found: dict[str, dict[int, float | None]] = {key: {} for key in keys}
        longer: dict[int, int] = {}
        for key in keys:
            for iid, item in extents[key].items():
                if iid not in steps:
                    continue
                if item.last_step <= steps[iid]:
                    found[key][iid] = item.last
                else:
                    longer[iid] = steps[iid]
        if longer:
            read = metrics.values_at(self._connection, self._scope, longer, keys)
            for iid, values in read.items():
                for item in values:
                    found[item.key].setdefault(iid, item.value)
        return found


def param_column(text: str, label: str, pairs: Sequence[tuple[str, float | None] | None]) -> Column:
    """A parameter's values, (text, number where it is one) or None for each candidate: numbers if all of them are."""
    present = [pair for pair in pairs if pair is not None]
    if present and all(number is not None for _, number in present):
        return _numeric(text, label, _floats([None if pair is None else pair[1] for pair in pairs]))
    categories = sorted({value for value, _ in present})
    places = {value: place for place, value in enumerate(categories)}
    texts = [None if pair is None else pair[0] for pair in pairs]
    numbers = _floats([None if value is None else places[value] for value in texts])
    return Column(label=label, field=text, numbers=numbers, texts=texts, categories=categories)


def _numeric(text: str, label: str, numbers: Floats, *, low: bool = False) -> Column:
    finite = numbers[np.isfinite(numbers)]
    wants_log = bool(len(finite)) and float(finite.min()) > 0 and float(finite.max() / finite.min()) >= _WANTS_LOG
    return Column(label=label, field=text, numbers=numbers, log=wants_log, low=low)


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([math.nan if value is None else value for value in values], np.float64)
