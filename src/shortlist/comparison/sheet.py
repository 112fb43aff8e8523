"""A comparison as the rows of a sheet, pure: every number with all its digits."""

from collections.abc import Callable, Mapping, Sequence

from shortlist.comparison.types import Cell, Comparison, TextRow

Rows = Sequence[Sequence[object]]
_FACTS: Sequence[tuple[str, Callable[[Cell], float | int | None]]] = (
    ("metric", lambda cell: cell.value),
    ("step", lambda cell: cell.step),
    ("last", lambda cell: cell.last),
    ("delta", lambda cell: cell.delta),
)


def sheet(comparison: Comparison, environment: Sequence[TextRow], names: Mapping[int, str]) -> Rows:
    """A column for each candidate, the first of which is the baseline; a head, who they are, then a row for each fact
    of a metric, and for each parameter, key, dataset, fact of the code and package. None where one has none."""
    iids = [item.record.iid for item in comparison.candidates]
    rows: list[Sequence[object]] = [
        ["part", "key", *(names[iid] for iid in iids)],
        ["candidate", "number", *iids],
        ["candidate", "rank", *(item.rank for item in comparison.candidates)],
    ]
    for row in comparison.metrics:
        for part, fact in _FACTS:
            cells = [fact(cell) for cell in row.cells]
            if any(cell is not None for cell in cells):
                rows.append([part, row.key, *cells])
        if row.best is not None:
            rows.append(["best", row.key, *("best" if iid == row.best else None for iid in iids)])
    texts = (
        ("parameter", comparison.params),
        ("metadata", comparison.metadata),
        ("dataset", comparison.datasets),
        ("code", comparison.code),
        ("package", environment),
    )
    rows += [[part, row.key, *row.values] for part, found in texts for row in found]
    return rows
