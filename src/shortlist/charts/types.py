"""What a chart is made of. Arrays of one frame or chart have one place for each candidate."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Literal

import msgspec

from shortlist.numeric import Flags, Floats, np
from shortlist.ranking.types import Goal, Unranked

Reduction = Literal["last", "min", "max", "at_best"]


class Kind(StrEnum):
    """The charts that there are."""

    HISTORY = "history"
    IMPORTANCE = "importance"
    SCATTER = "scatter"
    PARALLEL = "parallel"
    PARETO = "pareto"
    CORRELATION = "correlation"
    CONTOUR = "contour"


class Field(msgspec.Struct, frozen=True):
    """A fact of candidates. `group` is metrics, params, or empty for `score` (the goal's value), `start_time` and
    `duration`; `reduction` says which point of a metric: `at_best` is that at the step that ranks the candidate."""

    group: Literal["metrics", "params", ""]
    key: str
    reduction: Reduction = "last"


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """The values of a field. `texts` is there for what is no number; `numbers` then holds the place of each text in
    `categories`. Missing is NaN and None."""

    label: str
    numbers: Floats
    field: str = ""
    texts: Sequence[str | None] | None = None
    categories: Sequence[str] = ()
    log: bool = False  # whether the values want a logarithmic axis
    low: bool = False  # whether low values are the good ones

    def value(self, place: int) -> float | str | None:
        """The value for a table: a number, infinite perhaps, a text, or None."""
        if self.texts is not None:
            return self.texts[place]
        number = float(self.numbers[place])
        return None if np.isnan(number) else number


class Mark(msgspec.Struct, frozen=True):
    """A candidate on a chart. `unranked` says why it counts for nothing, `found` whether the filter finds it, and
    `special` whether it is what the chart is about: a record, or one of the front."""

    iid: int
    name: str
    unranked: Unranked | None
    found: bool
    special: bool = False


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Which chart. Fields are texts as `fields.parse` reads them; empty ones are chosen by the experiment."""

    kind: Kind
    filter: str = ""
    x: str = ""
    y: str = ""
    colour: str = ""
    axes: Sequence[str] = ()


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates of an experiment in the order in which they were made, and what is known of them."""

    goal: Goal
    iids: Sequence[int]
    scores: Floats
    unranked: Sequence[Unranked | None]
    found: Flags
    columns: Mapping[str, Column]
    omitted: int = 0  # older candidates that were left out

    @property
    def counted(self) -> Flags:
        """Those that the filter finds and that have a rank: only they enter means, records and fronts."""
        return self.found & np.array([reason is None for reason in self.unranked], bool)


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A chart, drawn or not. With `marks`, columns have a value for each of them; without, the rows are what the
    first column names. `omitted` counts marks that were left out of the picture, not of the arithmetic."""

    kind: Kind
    title: str
    summary: str
    columns: Sequence[Column]
    marks: Sequence[Mark] = ()
    method: str = ""
    omitted: int = 0
