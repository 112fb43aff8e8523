"""Which column is what, guessed from its name and its cells: a proposal, which people change."""

import re
from collections.abc import Iterable, Sequence

from shortlist.importing.cells import is_missing, is_number
from shortlist.importing.types import KEYED, Role, Sheet, Target
from shortlist.ranking.rules import names_metric
from shortlist.tracking import rules, wellknown

_LOOKED_AT = 200
_LONG = 200

_BY_NAME = {
    Role.NAME: ("name", "run_name", "run", "candidate", "title", "trial"),
    Role.NOTE: ("note", "notes", "comment", "comments", "description"),
    Role.STATUS: ("status", "state"),
    Role.START_TIME: ("start_time", "start", "started", "started_at", "created", "created_at", "date", "timestamp"),
    Role.END_TIME: ("end_time", "end", "ended", "ended_at", "finished_at"),
    # Numbers that another system or this one gave, and the row numbers that pandas writes.
    Role.IGNORED: (
        *("", "unnamed:_0", "index", "id", "iid", "run_id", "external_id", "experiment_id", "experiment_name"),
        *("artifact_uri", "rank", "step", "unranked", "duration", "created_by"),
    ),
}
_ROLE_OF = {name: role for role, names in _BY_NAME.items() for name in names}
_PREFIXES = {
    **dict.fromkeys(("metrics", "metric", "summary"), Role.METRIC),
    **dict.fromkeys(("params", "param", "parameters", "config", "hparams"), Role.PARAM),
    **dict.fromkeys(("metadata", "tags", "tag"), Role.METADATA),
    "ci": Role.IGNORED,
}
# Keys with a meaning, and what of another installation would mean nothing here.
_KNOWN_METADATA = {
    wellknown.NAME: Role.NAME,
    wellknown.NOTE: Role.NOTE,
    wellknown.PARENT: Role.IGNORED,
    "mlflow.log-model.history": Role.IGNORED,
}
_PARAM = re.compile(
    r"(^|[^a-z])(lr|rate|batch|size|seed|epochs?|layers?|hidden|dropout|depth|width|dim|heads?|decay|momentum|alpha|"
    r"beta|gamma|lambda|warmup|temperature|steps?|k|n|num|max|min|split|fold)([^a-z]|$)",
    re.IGNORECASE,
)
_NO_KEY = re.compile(r"[^/\w.\- :]+")


def targets(sheet: Sheet) -> list[Target]:
    """A target for each column; a role that only one column can have goes to the first that looks like it.

    Two columns of one key are left to whoever imports, who is told of them: only they know which of the two counts.
    """
    found: list[Target] = []
    for place, header in enumerate(sheet.headers):
        cells = [line.cells[place] for line in sheet.lines[:_LOOKED_AT]]
        target = _target(header, [cell for cell in cells if not is_missing(cell)], sheet.delimiter)
        found.append(_unless_taken(target, found, header))
    return found


def _unless_taken(target: Target, before: Sequence[Target], header: str) -> Target:
    if target.role is Role.IGNORED or target.role in KEYED or target not in before:
        return target
    return Target(Role.METADATA, key_of(header))


def _target(header: str, cells: Sequence[str], delimiter: str) -> Target:
    role = _ROLE_OF.get(re.sub(r"[ \-]+", "_", header.strip().casefold()))
    if role is not None:
        return Target(role)
    prefix, dot, rest = header.partition(".")
    role = _PREFIXES.get(prefix.casefold()) if dot and rest else None
    if role is Role.METADATA and rest in _KNOWN_METADATA:
        return Target(_KNOWN_METADATA[rest])
    if role is Role.IGNORED:
        return Target(role)
    if role is not None:
        return _keyed(role, rest)
    return _keyed(_by_content(header, cells, delimiter), header)


def _keyed(role: Role, name: str) -> Target:
    key = key_of(name)
    return Target(role, key) if key else Target(Role.IGNORED)


def _by_content(header: str, cells: Sequence[str], delimiter: str) -> Role:
    if not cells:
        return Role.IGNORED
    if not all(is_number(cell, delimiter) for cell in cells):
        is_long = any(len(cell) > _LONG or "://" in cell for cell in cells)
        return Role.METADATA if is_long else Role.PARAM
    if names_metric(header):
        return Role.METRIC
    if _PARAM.search(header):
        return Role.PARAM
    return Role.METRIC if _varies(cells) else Role.PARAM


def _varies(cells: Iterable[str]) -> bool:
    """Whether numbers look measured rather than chosen: fractions, of which hardly two are the same."""
    found = list(cells)
    return any("." in cell or "," in cell for cell in found) and len(set(found)) * 2 > len(found)


def key_of(header: str) -> str:
    """The header as a key: what no key may have becomes an underscore. Empty where nothing is left."""
    key = _NO_KEY.sub("_", header).strip("_ ./")[: rules.MAX_KEY]
    return re.sub(r"/(\.*/)+", "/", key)
