"""Lines of cells to the candidates that they say, with a fault for each cell that cannot be taken."""

from collections.abc import Sequence
from typing import Any

from shortlist.errors import InvalidValue
from shortlist.formulas import bare
from shortlist.importing import cells
from shortlist.importing.types import KEYED, Fault, Line, Role, Row, Sheet, Target
from shortlist.tracking import rules

_TEXTS = {
    Role.PARAM: rules.MAX_PARAM_VALUE,
    Role.METADATA: rules.MAX_METADATA_VALUE,
    Role.NOTE: rules.MAX_NOTE,
    Role.NAME: rules.MAX_CANDIDATE_NAME,
}
_GROUPS = {Role.PARAM: "params", Role.METRIC: "metrics", Role.METADATA: "metadata"}


def check(sheet: Sheet, targets: Sequence[Target]) -> list[Fault]:
    """What is wrong with where columns go: a key that cannot be one, or a place that two columns go to."""
    faults: list[Fault] = []
    taken: dict[Target, int] = {}
    for place, target in enumerate(targets):
        header = sheet.headers[place]
        message = _key_fault(target)
        if message is None and target.role is not Role.IGNORED and target in taken:
            message = _shared(taken[target] + 1, sheet.headers[taken[target]])
        if message is not None:
            faults.append(Fault(1, message, place + 1, header))
        taken.setdefault(target, place)
    return faults


def _shared(number: int, header: str) -> str:
    return f"Column {number} (“{header}”) goes there too: name one of the two otherwise, or ignore it."


def _key_fault(target: Target) -> str | None:
    if target.role not in KEYED:
        return None
    if target.role is Role.METADATA and target.key.startswith(("mlflow.parentRunId", "shortlist.import")):
        return f"“{target.key}” has a meaning of its own: choose another key."
    try:
        rules.check_key(target.key, "key")
    except InvalidValue as error:
        return error.message
    return None


def read(sheet: Sheet, targets: Sequence[Target]) -> tuple[list[Row], list[Fault]]:
    faults: list[Fault] = []
    taken = [(place, target) for place, target in enumerate(targets) if target.role is not Role.IGNORED]
    return [_row(sheet, line, taken, faults) for line in sheet.lines], faults


def _row(sheet: Sheet, line: Line, taken: Sequence[tuple[int, Target]], faults: list[Fault]) -> Row:
    found: dict[str, Any] = {"params": {}, "metrics": {}, "metadata": {}}
    for place, target in taken:
        cell = line.cells[place]
        if cells.is_missing(cell) and (target.role not in KEYED or target.role is Role.METRIC or not cell.strip()):
            continue
        try:
            value = _value(cell, target.role, sheet.delimiter)
        except (ValueError, InvalidValue) as error:
            message = error.message if isinstance(error, InvalidValue) else str(error)
            faults.append(Fault(line.number, message, place + 1, sheet.headers[place]))
            continue
        if target.role in KEYED:
            found[_GROUPS[target.role]][target.key] = value
        else:
            found[target.role.value] = value
    if not (found["params"] or found["metrics"] or found["metadata"] or found.get("name")):
        faults.append(Fault(line.number, "Nothing of this line is taken: no name, parameter, metric or metadata."))
    return Row(line.number, **found)


def _value(cell: str, role: Role, delimiter: str) -> Any:
    match role:
        case Role.METRIC:
            return cells.number(cell, delimiter)
        case Role.STATUS:
            return cells.status(cell)
        case Role.START_TIME | Role.END_TIME:
            return cells.moment(cell)
        case _:
            # A note keeps its lines as they are.
            text = bare(cell if role is Role.NOTE else cell.strip())
            return rules.check_text(text, _TEXTS[role], role.value)
