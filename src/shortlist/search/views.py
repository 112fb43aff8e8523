"""Active, deleted or all."""

from typing import Any

from sqlalchemy import ColumnElement, true

from shortlist.errors import InvalidValue


def in_view(deleted_at: ColumnElement[Any], view: str) -> ColumnElement[bool]:
    """The condition of a view, by the column that says when a row was deleted."""
    match view:
        case "active":
            return deleted_at.is_(None)
        case "deleted":
            return deleted_at.is_not(None)
        case "all":
            return true()
        case _:
            raise InvalidValue(f"Invalid view '{view[:100]}': expected active, deleted or all.", field="view")
