"""Tables of several candidates beside each other, pure: what a file holds, which tables are matrices, how a column is
spread."""

import csv
import io
import math
import re
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from shortlist.numeric import np
from shortlist.ranking.sentence import number

BINS = 20
_MAX_MATRIX = 60
_NUMBER = re.compile(r"[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|nan|inf(inity)?)", re.IGNORECASE)


class Table(msgspec.Struct, frozen=True):
    """Cells as texts; rows may be shorter than the columns."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Matrix(msgspec.Struct, frozen=True):
    """A square of finite numbers, such as a confusion matrix. `rows` says what its rows are, where the file does."""

    rows: str
    labels: Sequence[str]
    values: Sequence[Sequence[float]]


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """What one candidate has: None for a table where its file holds none, `missing` where it has no such file.
    `counts` are those of the histogram's bars."""

    iid: int
    name: str
    summary: str
    missing: bool = False
    table: Table | None = None
    matrix: Matrix | None = None
    counts: Sequence[int] = ()


class ComparedTables(msgspec.Struct, frozen=True, kw_only=True):
    """The tables at one path. `numeric` are the columns that can be a histogram; with `edges`, that of one column is
    shown, on bins that all candidates share."""

    title: str
    summary: str
    kind: Literal["tables", "matrices", "histograms"]
    numeric: Sequence[str]
    panels: Sequence[Panel]
    edges: Sequence[float] = ()


def read(path: str, content: bytes) -> Table | None:
    """The table of a CSV or TSV file, or of JSON as MLflow's `log_table` writes it; None where it holds none."""
    if path.lower().endswith(".json"):
        return _json_table(content)
    separator = "\t" if path.lower().endswith(".tsv") else ","
    lines = io.StringIO(content.decode("utf-8-sig", "replace"), newline="")
    try:
        rows = [row for row in csv.reader(lines, delimiter=separator) if row]
    except csv.Error:
        return None
    return Table(rows[0], rows[1:]) if rows else None


def _json_table(content: bytes) -> Table | None:
    try:
        found: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        return None
    match found:
        case {"columns": [*columns], "data": [*rows]} if all(isinstance(row, list) for row in rows):
            return Table([_cell(value) for value in columns], [[_cell(value) for value in row] for row in rows])
        case _:
            return None


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()


def compared(path: str, column: str, files: Sequence[tuple[int, str, bytes | None]]) -> ComparedTables:
    """`files` are (candidate, name, content), None where the candidate has no such file. A `column` that is none of
    numbers, or is empty, shows the tables themselves."""
    tables = [None if content is None else read(path, content) for _, _, content in files]
    numeric = list(dict.fromkeys(name for table in tables if table is not None for name in numeric_columns(table)))
    matrices = [None if table is None else matrix_of(table) for table in tables]
    if column in numeric:
        return _histograms(path, column, files, tables, numeric)
    panels = [
        Panel(
            iid=iid,
            name=name,
            missing=content is None,
            table=table,
            matrix=matrix,
            summary=_said(table, matrix, missing=content is None),
        )
        for (iid, name, content), table, matrix in zip(files, tables, matrices, strict=True)
    ]
    is_matrix = any(matrix is not None for matrix in matrices)
    words = "; ".join(f"{panel.name}: {panel.summary}" for panel in panels)
    return ComparedTables(
        title=path,
        summary=f"{path} of {_counted(len(panels), 'candidate')}. {words}.",
        kind="matrices" if is_matrix else "tables",
        numeric=[] if is_matrix else numeric,
        panels=panels,
    )


def _histograms(
    path: str,
    column: str,
    files: Sequence[tuple[int, str, bytes | None]],
    tables: Sequence[Table | None],
    numeric: Sequence[str],
) -> ComparedTables:
    sets = [[] if table is None else values(table, column) for table in tables]
    edges, counts = histogram(sets)
    panels = [
        Panel(
            iid=iid,
            name=name,
            missing=content is None,
            table=table,
            counts=found,
            summary=_said(table, None, missing=content is None) if table is None else _spread(given, edges, found),
        )
        for (iid, name, content), table, given, found in zip(files, tables, sets, counts, strict=True)
    ]
    ends = f"from {number(edges[0])} to {number(edges[-1])}"
    return ComparedTables(
        title=f"{column} in {path}",
        summary=f"{column} of {_counted(len(panels), 'candidate')} in {_counted(len(edges) - 1, 'bar')} {ends}.",
        kind="histograms",
        numeric=numeric,
        panels=panels,
        edges=edges,
    )


def _said(table: Table | None, matrix: Matrix | None, *, missing: bool) -> str:
    if missing:
        return "no such file"
    if table is None:
        return "the file holds no table"
    if matrix is not None and (share := diagonal(matrix)) is not None:
        on, every = share
        return f"{number(100 * on / every)} % on the diagonal, {number(on)} of {number(every)}"
    return f"{_counted(len(table.rows), 'row')} of {_counted(len(table.columns), 'column')}"


def _spread(given: Sequence[float], edges: Sequence[float], counts: Sequence[int]) -> str:
    able = sum(counts)
    odd = len(given) - able
    left = f"; {_counted(odd, 'value')} more {'is' if odd == 1 else 'are'} not finite" if odd else ""
    if able == 0:
        return f"no finite values{left}"
    most = max(counts)
    at = counts.index(most)
    where = f"from {number(edges[at])} to {number(edges[at + 1])}"
    return f"{_counted(able, 'value')}, the most in one bar ({most:,}) {where}{left}"


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def matrix_of(table: Table) -> Matrix | None:
    """A table as a square of numbers, with a first column of labels or without; None for others."""
    size = len(table.rows)
    labelled = len(table.columns) == size + 1
    if not 2 <= size <= _MAX_MATRIX or not (labelled or len(table.columns) == size):
        return None
    cells = [list(row)[labelled:] for row in table.rows]
    if any(len(row) != size or not all(map(_is_number, row)) for row in cells):
        return None
    numbers = [[float(text) for text in row] for row in cells]
    if not all(math.isfinite(value) for row in numbers for value in row):
        return None
    return Matrix(table.columns[0] if labelled else "", list(table.columns)[labelled:], numbers)


def diagonal(matrix: Matrix) -> tuple[float, float] | None:
    """How much of a matrix is on its diagonal, and its sum; None where that says nothing."""
    every = [value for row in matrix.values for value in row]
    if min(every) < 0 or sum(every) <= 0:
        return None
    return sum(row[place] for place, row in enumerate(matrix.values)), sum(every)


def deepest(matrices: Sequence[Matrix]) -> tuple[float, float]:
    """The greatest value on the diagonal and off it, of all: one shade then means one number."""
    right = wrong = 0.0
    for matrix in matrices:
        for at, row in enumerate(matrix.values):
            right = max(right, row[at])
            wrong = max(wrong, *(value for place, value in enumerate(row) if place != at))
    return right, wrong


def numeric_columns(table: Table) -> list[str]:
    """The columns that hold numbers only, at least two of them finite."""
    found: list[str] = []
    for place, name in enumerate(table.columns):
        texts = [text for row in table.rows if place < len(row) and (text := row[place]) != ""]
        if all(map(_is_number, texts)) and sum(math.isfinite(float(text)) for text in texts) > 1:
            found.append(name)
    return found


def values(table: Table, column: str) -> list[float]:
    """The numbers of a column, those that are not finite among them."""
    if column not in table.columns:
        return []
    place = list(table.columns).index(column)
    return [float(row[place]) for row in table.rows if place < len(row) and _is_number(row[place])]


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.strip()) is not None


def histogram(sets: Sequence[Sequence[float]]) -> tuple[list[float], list[list[int]]]:
    """The edges of bins of equal width over all finite values, and for each set how many are in each; a bin has its
    lower edge, the last one both."""
    arrays = [np.array(given, np.float64) for given in sets]
    arrays = [given[np.isfinite(given)] for given in arrays]
    every = np.concatenate(arrays)
    low, high = float(every.min()), float(every.max())
    # Halved, because the distance between two finite numbers may be infinite.
    edges = np.linspace(low / 2, high / 2, BINS + 1) * 2 if low < high else np.array([low, low + 1])
    return edges.tolist(), [np.histogram(given, edges)[0].tolist() for given in arrays]


def sheet(found: ComparedTables) -> Table:
    """What is compared as one table: the bins with their counts, or the tables below each other."""
    if found.kind == "histograms":
        bins = zip(found.edges, found.edges[1:], *(panel.counts for panel in found.panels), strict=False)
        return Table(
            ["from", "to", *(panel.name for panel in found.panels)], [[str(cell) for cell in row] for row in bins]
        )
    held = [(panel.name, panel.table) for panel in found.panels if panel.table is not None]
    columns = list(dict.fromkeys(column for _, table in held for column in table.columns))
    rows: list[list[str]] = []
    for name, table in held:
        for row in table.rows:
            cells = dict(zip(table.columns, row, strict=False))
            rows.append([name, *(cells.get(column, "") for column in columns)])
    return Table(["candidate", *columns], rows)
