"""What the browser's JSON API takes and gives about charts of an experiment."""

from typing import Literal

import msgspec

from shortlist.web.wire_answer import Value

ChartKind = Literal["history", "importance", "scatter", "parallel", "pareto", "correlation", "contour"]


class ChartQuery(msgspec.Struct):
    """Which chart of an experiment's candidates. Fields are `params.KEY`, `metrics.KEY`, `min(…)`, `max(…)` or
    `at_best(…)` of a metric, `score`, `start_time` and `duration`; those that are not named are chosen."""

    experiment: int
    kind: ChartKind
    filter: str = ""
    x: str = ""
    y: str = ""
    colour: str = ""
    axes: list[str] = []


class ChartColumn(msgspec.Struct):
    """Values in the order of the marks, or of the rows. A number that is none is one of the texts NaN, Infinity and
    -Infinity; `categories` are there for what is text, in the order of an axis. `log` suggests a logarithmic axis;
    `low` says that low values are the good ones."""

    label: str
    field: str
    log: bool
    low: bool
    categories: list[str] | None
    values: list[float | str | None]


class ChartMark(msgspec.Struct):
    """A candidate. `found` is whether the filter finds it; `special` one that made a record or is on the front;
    `unranked` why it counts for nothing."""

    iid: int
    name: str
    found: bool
    special: bool
    unranked: Literal["running", "failed", "not_finite", "infeasible", "no_value"] | None


class Chart(msgspec.Struct):
    """A chart as data. With marks, columns have a value for each; without, the first column names the rows.
    `omitted` counts candidates that are in no picture, though they are counted."""

    kind: ChartKind
    title: str
    summary: str
    method: str
    columns: list[ChartColumn]
    marks: list[ChartMark]
    omitted: int


class BandQuery(msgspec.Struct):
    """The mean of a metric over each group of candidates that differ in nothing but their seed, or that have the same
    values of the parameters `by`: of up to 100 candidates, at most `points` steps of each group, from the step `start`
    to the step `end`."""

    candidates: list[int]
    key: str
    points: int = 500
    start: float | None = None
    end: float | None = None
    by: list[str] = []


class Band(msgspec.Struct):
    """One group: what its members have in common, who they are, and who was left out because it failed or diverged.
    `deviation` is the sample's, None where there is one member only; `n` counts the members at each step."""

    params: dict[str, str]
    candidates: list[int]
    left_out: list[int]
    x: list[float]
    mean: list[Value]
    deviation: list[float | None]
    n: list[int]


class BandList(msgspec.Struct):
    bands: list[Band]
