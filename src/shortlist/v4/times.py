"""Times as GitLab writes them."""

from datetime import UTC, date, datetime, timedelta

from shortlist.errors import InvalidValue


def stamp(milliseconds: int | None) -> str | None:
    """Milliseconds since 1970 as `2026-01-31T12:00:00.000Z`."""
    if milliseconds is None:
        return None
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def day(milliseconds: int | None) -> str | None:
    """An expiry as the date on which it takes effect."""
    return None if milliseconds is None else f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}"


def parse_day(text: str | None, field: str = "expires_at") -> int | None:
    """A date as the millisecond at which it begins, UTC. Nothing, or an empty text, is None.

    Raises:
        InvalidValue: not a date.
    """
    if not text:
        return None
    try:
        given = date.fromisoformat(text[:10])
        moment = datetime(given.year, given.month, given.day, tzinfo=UTC)
    except ValueError:
        raise InvalidValue(f"{field} is invalid: write it as YYYY-MM-DD.", field=field) from None
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
