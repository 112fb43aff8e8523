"""What people change of a candidate afterwards, by hand. Clients log a parameter once; a person may mend it."""

from collections.abc import Mapping

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.audit import service as audit
from shortlist.db import changes
from shortlist.errors import NotFound
from shortlist.tracking import rules
from shortlist.tracking import store_candidates as store
from shortlist.tracking.types import CandidateRecord

_MOST_TEXT = 200


def check_params(params: Mapping[str, str | None], field: str = "params") -> None:
    """Check keys and lengths; a value of None removes its key."""
    for key, value in params.items():
        rules.check_key(key, f"{field}.key")
        if value is not None:
            rules.check_text(value, rules.MAX_PARAM_VALUE, f"{field}.value")


def set_params(
    connection: Connection, scope: Scope, record: CandidateRecord, params: Mapping[str, str | None]
) -> None:
    """Set and remove parameters, overwriting what was logged; the audit keeps the values of before.

    Raises:
        NotFound: a key to remove is not there.
    """
    if not params:
        return
    store.lock(connection, scope, record.iid)
    before = store.params_of(connection, scope, [record.iid], list(params)).get(record.iid, {})
    wanted = {key: value for key, value in params.items() if value is not None}
    gone = [key for key in params if key not in wanted]
    for key in gone:
        if key not in before:
            raise NotFound(f"The candidate has no parameter “{key}”.", field="params")
    store.set_params(connection, scope, record, wanted)
    store.delete_params(connection, scope, record, gone)
    changes.note(connection, scope.project_id, record.experiment_iid, record.iid)
    details = {key: [_cut(before.get(key)), _cut(value)] for key, value in params.items()}
    audit.record_in(connection, scope, "candidate:set_params", record.name, record.iid, params=details)


def _cut(value: str | None) -> str | None:
    return value if value is None or len(value) <= _MOST_TEXT else f"{value[:_MOST_TEXT]}…"
