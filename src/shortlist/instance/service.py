"""The instance's settings: read and changed. Functions run in a transaction of the caller."""

from typing import Any

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Author
from shortlist.audit import service as audit
from shortlist.audit.types import Change
from shortlist.clock import now_ms
from shortlist.instance import rules, store
from shortlist.instance.types import NAMES, InstanceSettings, SettingsChange


def current(connection: Connection) -> InstanceSettings:
    """The settings; a stored name that this program does not know is left alone."""
    stored = store.stored(connection)
    values = {name: msgspec.json.decode(stored[name]) for name in NAMES if name in stored}
    return msgspec.convert(values, InstanceSettings)


def change(connection: Connection, author: Author, new: SettingsChange) -> InstanceSettings:
    """Change settings.

    Raises:
        InvalidValue: a value against the rules.
    """
    before = current(connection)
    given = {name: getattr(new, name) for name in NAMES if getattr(new, name) is not msgspec.UNSET}
    standard = InstanceSettings()
    values = {name: getattr(standard, name) if value is None else value for name, value in given.items()}
    after = rules.check(msgspec.structs.replace(before, **values))
    changed = {name for name in values if getattr(before, name) != getattr(after, name)}
    kept = {
        name: msgspec.json.encode(getattr(after, name)).decode() for name, value in given.items() if value is not None
    }
    store.put(connection, kept, now_ms())
    store.remove(connection, [name for name, value in given.items() if value is None])
    if changed:
        details = {"before": _shown(before, changed), "after": _shown(after, changed)}
        target = ", ".join(sorted(changed))
        audit.record(
            connection, author, Change(action="setting:change", target_type="setting", target=target, details=details)
        )
    return after


def _shown(settings: InstanceSettings, names: set[str]) -> dict[str, Any]:
    everything: dict[str, Any] = msgspec.to_builtins(settings)
    return {name: everything[name] for name in sorted(names)}
