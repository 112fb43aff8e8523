"""What an import is made of. Lines and columns count from 1, as a spreadsheet shows them."""

from enum import StrEnum

import msgspec

from shortlist.tracking.types import Status


class Role(StrEnum):
    """What the cells of a column are of their candidate."""

    NAME = "name"
    PARAM = "param"
    METRIC = "metric"
    METADATA = "metadata"
    NOTE = "note"
    STATUS = "status"
    START_TIME = "start_time"
    END_TIME = "end_time"
    IGNORED = "ignored"


KEYED = frozenset({Role.PARAM, Role.METRIC, Role.METADATA})


class Target(msgspec.Struct, frozen=True):
    """Where a column goes; `key` is that of a parameter, a metric or metadata, and empty for every other role."""

    role: Role
    key: str = ""


class Line(msgspec.Struct, frozen=True):
    """A row of the file: the line that it begins in, and as many cells as there are headers."""

    number: int
    cells: list[str]


class Sheet(msgspec.Struct, frozen=True):
    """A file as it was read. `digest` tells files with other contents apart."""

    digest: str
    delimiter: str
    headers: list[str]
    lines: list[Line]


class Fault(msgspec.Struct, frozen=True):
    """Why a cell cannot be taken; without a column, its line."""

    line: int
    message: str
    column: int | None = None
    header: str = ""


class Row(msgspec.Struct, frozen=True):
    """The candidate that a line says. Times are milliseconds since 1970 UTC; None means the time of the import."""

    line: int
    name: str = ""
    note: str = ""
    status: Status = Status.FINISHED
    start_time: int | None = None
    end_time: int | None = None
    params: dict[str, str] = {}
    metrics: dict[str, float] = {}
    metadata: dict[str, str] = {}


class Draft(msgspec.Struct, frozen=True):
    """What an import would write. Nothing is written while there are faults, of which the first are kept."""

    sheet: Sheet
    targets: list[Target]
    rows: list[Row]
    faults: list[Fault]
    fault_count: int


class Written(msgspec.Struct, frozen=True):
    """What became of some rows: new candidates, how many were there already, and how many points were logged."""

    created: list[int]
    present: int
    points: int
