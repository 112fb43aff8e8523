"""Whether each statement that the server sends to tables of projects carries the project, as Citus needs it."""

import re
from functools import lru_cache

from shortlist.db import distribution

_TENANTS = sorted(table.name for table in distribution.distributed())
# A table where it is read or written.
_USE = re.compile(rf'\b(?:FROM|JOIN|INTO|UPDATE)\s+"?({"|".join(_TENANTS)})"?\b(?!\s*\.)', re.IGNORECASE)
_CARRIES = re.compile(r"\bproject_id\b")


@lru_cache(maxsize=4096)
def is_limited(statement: str) -> bool:
    """Every tenant table that is used, however often, goes with a mention of its project in a key or a condition."""
    uses = _USE.findall(statement)
    if not uses:
        return True
    return len(_CARRIES.findall(_after_columns(statement))) >= len(uses)


def _after_columns(statement: str) -> str:
    """A SELECT's list of columns says nothing of what limits it."""
    if statement.lstrip().upper().startswith("SELECT"):
        return statement[statement.upper().find("FROM") :]
    return statement
