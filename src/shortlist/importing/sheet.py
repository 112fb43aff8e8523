"""CSV text to lines of cells (RFC 4180, with the delimiters and byte order marks that spreadsheets write)."""

import csv
import hashlib
import io

from shortlist.errors import InvalidValue
from shortlist.importing.types import Fault, Line, Sheet

MAX_CHARACTERS = 20_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 400

_DELIMITERS = ",;\t|"


def decode(content: bytes) -> str:
    """The text of a file as spreadsheets save it: UTF-8, or UTF-16 with its mark.

    Raises:
        InvalidValue: it is neither.
    """
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InvalidValue(
            f"The file is not UTF-8: byte {error.start + 1} belongs to no character. Save it as CSV UTF-8.",
            field="text",
        ) from None


def read(text: str) -> tuple[Sheet, list[Fault]]:
    """The table, and what is wrong with its lines.

    Raises:
        InvalidValue: it has no header or no row, or is longer or wider than the limits.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_CHARACTERS:
        raise InvalidValue(f"The file has more than {MAX_CHARACTERS:,} characters; split it.", field="text")
    digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
    delimiter = _delimiter(text)
    faults: list[Fault] = []
    rows = _rows(text, delimiter, faults)
    if not rows:
        raise InvalidValue("The file is empty: its first line names the columns.", field="text")
    headers = [cell.strip() for cell in rows[0].cells]
    if len(headers) > MAX_COLUMNS:
        raise InvalidValue(f"The file has {len(headers)} columns; at most {MAX_COLUMNS} can be read.", field="text")
    if len(rows) - 1 > MAX_ROWS:
        raise InvalidValue(f"The file has {len(rows) - 1:,} rows; at most {MAX_ROWS:,} can be read.", field="text")
    if len(rows) == 1 and not faults:
        raise InvalidValue("There is no row below the names of the columns.", field="text")
    lines = [_fitted(row, len(headers), faults) for row in rows[1:]]
    return Sheet(digest, delimiter, headers, lines), faults


def _delimiter(text: str) -> str:
    """What separates the first line's cells most often, outside of quotes."""
    first = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    outside = "".join(first.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _rows(text: str, delimiter: str, faults: list[Fault]) -> list[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Line] = []
    begin = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Line(begin, cells))
            begin = reader.line_num + 1
    except csv.Error as error:
        # Behind it nothing can be told apart any more.
        faults.append(Fault(begin, f"The line cannot be read as CSV: {error}."))
    return rows


def _fitted(row: Line, width: int, faults: list[Fault]) -> Line:
    more = row.cells[width:]
    if any(cell.strip() for cell in more):
        faults.append(Fault(row.number, f"The line has {len(row.cells)} cells, but {width} columns have a name."))
    return Line(row.number, row.cells[:width] + [""] * (width - len(row.cells)))
