"""What the browser's JSON API takes and gives where candidates are made by hand or from a table."""

from typing import Literal

import msgspec

from shortlist.web.wire import CandidateChange
from shortlist.web.wire_answer import Value

Status = Literal["running", "scheduled", "finished", "failed", "killed"]
Role = Literal["name", "param", "metric", "metadata", "note", "status", "start_time", "end_time", "ignored"]


class MetricPoint(msgspec.Struct):
    """One point of a metric."""

    key: str
    value: Value
    step: int = 0


class CandidateCreate(msgspec.Struct):
    """A new candidate with what is known of it. An empty name asks for a made-up one; times are those of the request
    unless they are given. `parent` is the iid of the candidate that it is nested below."""

    experiment: int
    name: str
    note: str = ""
    status: Status = "finished"
    start_time: int | None = None
    end_time: int | None = None
    params: dict[str, str] = {}
    metrics: list[MetricPoint] = []
    metadata: dict[str, str] = {}
    parent: int | None = None


class CandidateEdit(CandidateChange):
    """A change of one candidate: also its parameters, set as `metadata` is, and points to add to its metrics."""

    status: Status | None = None
    params: dict[str, str | None] = msgspec.field(default_factory=dict[str, str | None])
    metrics: list[MetricPoint] = msgspec.field(default_factory=list[MetricPoint])


class ImportTarget(msgspec.Struct):
    """What a column is; `key` is that of a parameter, a metric or metadata."""

    role: Role
    key: str = ""


class ImportQuery(msgspec.Struct):
    """A CSV file, with a target for each of its columns; without targets they are guessed."""

    experiment: int
    text: str
    targets: list[ImportTarget] = []


class ImportRequest(msgspec.Struct):
    """The same, to be written. `file_name` is kept as metadata of the candidates."""

    experiment: int
    text: str
    targets: list[ImportTarget] = []
    file_name: str = ""


class ImportColumn(msgspec.Struct):
    """A column as it is read: `filled` counts its cells that are not empty."""

    header: str
    target: ImportTarget
    filled: int


class ImportFault(msgspec.Struct):
    """Why the file cannot be imported. Lines and columns count from 1; without a column, it is about the line."""

    line: int
    message: str
    column: int | None
    header: str


class ImportLine(msgspec.Struct):
    line: int
    cells: list[str]


class ImportPreview(msgspec.Struct):
    """What an import would do, and the first lines of the file. Of the faults the first are listed; `present` counts
    rows that were imported before and would be passed over."""

    delimiter: str
    columns: list[ImportColumn]
    lines: list[ImportLine]
    rows: int
    present: int
    faults: list[ImportFault]
    fault_count: int


class ImportProgress(msgspec.Struct):
    """How far an import is: rows that are done of all, the iids of new candidates since the last report, and how many
    rows were there before. With an `error` it broke off; what is done stays, and the rest can be sent again."""

    done: int
    rows: int
    created: list[int]
    present: int
    error: str | None = None
