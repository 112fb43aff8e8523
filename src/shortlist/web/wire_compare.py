"""What the browser's JSON API takes and gives about candidates beside each other."""

from typing import Literal

import msgspec

from shortlist.web.wire_answer import Answer, Value


class CompareQuery(msgspec.Struct):
    """Candidates by iid, 1 to 100; the first is the baseline."""

    candidates: list[int]


class ComparedCandidate(msgspec.Struct):
    """`rank` counts in the candidate's own experiment; `unranked` says why it has none."""

    iid: int
    name: str
    status: str
    start_time: int
    end_time: int | None
    created_by: str
    deleted: bool
    experiment: int
    rank: int | None
    unranked: Literal["running", "failed", "not_finite", "infeasible", "no_value"] | None


class ComparedExperiment(msgspec.Struct):
    iid: int
    name: str


class MetricCell(msgspec.Struct):
    """A metric of one candidate. `value` is that at the step that ranks the candidate, else its last; `delta` its
    distance to the baseline, and `better` whether that is good, None where nobody knows."""

    value: Value | None
    step: int | None
    last: Value | None
    delta: float | None
    better: bool | None


class ComparedMetric(msgspec.Struct):
    """One cell for each candidate; `best` is the iid of the best of them."""

    key: str
    direction: Literal["maximize", "minimize"] | None
    cells: list[MetricCell]
    best: int | None


class ComparedText(msgspec.Struct):
    """One text for each candidate, None where it has none; `same` where all are equal."""

    key: str
    values: list[str | None]
    same: bool


class LoggedImage(msgspec.Struct):
    candidate: int
    series: str
    step: int | None
    path: str


class DiffFile(msgspec.Struct):
    candidate: int
    path: str


class TableFile(msgspec.Struct):
    """A file that may hold a table: CSV, TSV, or JSON as MLflow's `log_table` writes it."""

    candidate: int
    path: str


class Comparison(msgspec.Struct):
    """Candidates beside each other. `omitted` counts metrics beyond the limit; `code_url` shows what lies between
    two commits, where the repository is at GitLab or GitHub. The baseline's experiment is
    the first."""

    verdict: str
    answer: Answer
    experiments: list[ComparedExperiment]
    candidates: list[ComparedCandidate]
    metrics: list[ComparedMetric]
    omitted: int
    params: list[ComparedText]
    metadata: list[ComparedText]
    datasets: list[ComparedText]
    code: list[ComparedText]
    code_url: str | None
    environment: list[ComparedText]
    images: list[LoggedImage]
    diffs: list[DiffFile]
    tables: list[TableFile]


class TablesQuery(msgspec.Struct):
    """The tables of up to 8 candidates at a path; `column` asks for the histograms of one of their columns."""

    candidates: list[int]
    path: str
    column: str = ""


class TableMatrix(msgspec.Struct):
    """A square of numbers. `rows` says what its rows are, where the file does."""

    rows: str
    labels: list[str]
    values: list[list[float]]


class TablePanel(msgspec.Struct):
    """What one candidate has. Without columns it has no table, and `summary` says why; `omitted` rows are left out.
    `counts` are those of the histogram's bars."""

    candidate: int
    name: str
    summary: str
    columns: list[str]
    rows: list[list[str]]
    omitted: int
    matrix: TableMatrix | None
    counts: list[int]


class ComparedTables(msgspec.Struct):
    """Tables beside each other, in the order of the candidates. `numeric` are the columns that can be a histogram;
    `edges` those of its bars, which all candidates share."""

    title: str
    summary: str
    kind: Literal["tables", "matrices", "histograms"]
    numeric: list[str]
    edges: list[float]
    panels: list[TablePanel]
