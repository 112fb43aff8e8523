"""Texts in tables that spreadsheets open: what begins like a formula would run there."""

import csv
import io
import re
from collections.abc import Iterable

_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?(\d++\.?\d*+|\.\d++)(e[+-]?\d++)?\Z|-Infinity\Z", re.IGNORECASE)


def guarded(text: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay."""
    return f"'{text}" if _is_formula(text) else text


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV: texts guarded, numbers with all their digits, None as an empty cell; lines end as RFC 4180 says."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return written.getvalue()


def bare(text: str) -> str:
    """The text that `guarded` got."""
    return text[1:] if text[:1] == "'" and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    return text.startswith(_STARTS) and not _NUMBER.match(text)
