"""What a comparison holds. The first candidate is the baseline; lists of cells follow the order of the candidates."""

from collections.abc import Sequence

import msgspec

from shortlist.packages.types import PackageFile
from shortlist.ranking.types import Answer, Direction, Score
from shortlist.tracking.types import CandidateRecord


class Compared(msgspec.Struct, frozen=True):
    """One candidate. `score` is None for a deleted one; `rank` counts in its whole experiment."""

    record: CandidateRecord
    score: Score | None
    rank: int | None


class Cell(msgspec.Struct, frozen=True):
    """A metric of one candidate: the value that counts, its step, the last value, and the distance to the baseline.

    `value` is that at the step by which the candidate is ranked, else the last. `better` is None where neither is,
    or where nobody knows which direction is good.
    """

    value: float | None = None
    step: int | None = None
    last: float | None = None
    delta: float | None = None
    better: bool | None = None


class MetricRow(msgspec.Struct, frozen=True):
    """`best` is the iid of the one candidate that is marked; None where none is better than the others."""

    key: str
    direction: Direction | None
    cells: Sequence[Cell]
    best: int | None


class TextRow(msgspec.Struct, frozen=True):
    """A parameter, a tag, a dataset, a package: its text for each candidate, None where it has none."""

    key: str
    values: Sequence[str | None]

    @property
    def same(self) -> bool:
        return len(set(self.values)) <= 1


class Image(msgspec.Struct, frozen=True):
    """A picture that a candidate logged; pictures of one `series` differ in their step."""

    candidate_iid: int
    series: str
    step: int | None
    path: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Everything but the environments, whose files have yet to be read.

    `answer` is about these candidates alone, except that its group is that of the whole experiment. `omitted` counts
    the metrics that were left out because there were too many.
    """

    answer: Answer
    experiments: Sequence[tuple[int, str]]  # iid and name, that of the baseline first
    candidates: Sequence[Compared]
    metrics: Sequence[MetricRow]
    omitted: int
    params: Sequence[TextRow]
    metadata: Sequence[TextRow]
    datasets: Sequence[TextRow]
    code: Sequence[TextRow]
    code_url: str | None
    images: Sequence[Image]
    diffs: Sequence[tuple[int, str]]  # candidate and path of a file with uncommitted changes
    tables: Sequence[tuple[int, str]]  # candidate and path of a file that may hold a table
    environment_files: Sequence[tuple[int, PackageFile]]
