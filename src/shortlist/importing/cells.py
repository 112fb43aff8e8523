"""One cell to one value. What cannot be read raises ValueError with a sentence that says what would be."""

import re
from datetime import UTC, datetime

from shortlist.tracking.types import Status

_MISSING = frozenset({"", "-", "na", "n/a", "null", "none"})
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?\Z", re.ASCII)
_COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d{1,4})?\Z", re.ASCII)
_NOT_FINITE = frozenset({"nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"})
_MOMENT = re.compile(r"\d{9,16}(\.\d+)?\Z", re.ASCII)
_STATUS = {
    **{status.value: status for status in Status},
    **dict.fromkeys(("success", "succeeded", "complete", "completed", "done", "ok"), Status.FINISHED),
    **dict.fromkeys(("failure", "error", "crashed", "nan"), Status.FAILED),
    **dict.fromkeys(("cancelled", "canceled", "aborted", "stopped", "preempted", "pruned"), Status.KILLED),
    **dict.fromkeys(("pending", "queued", "waiting"), Status.SCHEDULED),
}
# Below it a number counts seconds: as milliseconds it would be of the year 1970.
_SECONDS_END = 100_000_000_000


def is_missing(cell: str) -> bool:
    return cell.strip().casefold() in _MISSING


def is_number(cell: str, delimiter: str) -> bool:
    text = _plain(cell, delimiter)
    return _NUMBER.match(text) is not None or text.casefold() in _NOT_FINITE


def number(cell: str, delimiter: str) -> float:
    """A number, NaN and the infinities too. Where semicolons separate cells, a comma may begin the fraction."""
    text = _plain(cell, delimiter)
    if not is_number(text, delimiter):
        raise ValueError(f"“{_cut(cell)}” is not a number: write it like 0.91, 1e-3 or NaN, without unit.")
    return float(text)


def _plain(cell: str, delimiter: str) -> str:
    text = cell.strip()
    return text.replace(",", ".") if delimiter == ";" and _COMMA_NUMBER.match(text) else text


def moment(cell: str) -> int:
    """Milliseconds since 1970 from ISO 8601 (UTC where no offset is given), or from seconds or milliseconds."""
    text = cell.strip()
    if _MOMENT.match(text):
        value = float(text)
        return round(value * 1000 if value < _SECONDS_END else value)
    try:
        found = datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        milliseconds = round(found.timestamp() * 1000)
    except (ValueError, OverflowError):
        milliseconds = -1
    if milliseconds < 0:
        raise ValueError(f"“{_cut(cell)}” is not a time: write it like 2026-11-25 14:30:00.")
    return milliseconds


def status(cell: str) -> Status:
    found = _STATUS.get(cell.strip().casefold())
    if found is None:
        raise ValueError(f"“{_cut(cell)}” is not a status: finished, failed, killed, running or scheduled.")
    return found


def _cut(cell: str) -> str:
    text = " ".join(cell.split())
    return text if len(text) <= 40 else f"{text[:39]}…"
