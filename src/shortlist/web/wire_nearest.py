"""What the page of a candidate asks for after it is shown: who is nearest to it."""

import msgspec

from shortlist.web.wire_answer import Score


class Difference(msgspec.Struct):
    """A parameter that differs; None where one of the two has none of the name."""

    key: str
    here: str | None
    there: str | None


class Neighbour(msgspec.Struct):
    """`score` is by the goal of the experiment, as is `rank`. No differences mean the same parameters."""

    iid: int
    name: str
    status: str
    differences: list[Difference]
    score: Score | None
    rank: int | None


class Neighbourhood(msgspec.Struct):
    """The candidates nearest to one by parameters, fewest differences first. `score` is its own; `by` says by what,
    such as `highest val/acc`, and `lower_is_better` which way."""

    by: str | None
    lower_is_better: bool
    score: Score | None
    neighbours: list[Neighbour]
