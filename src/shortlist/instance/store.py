"""SQL on the instance's settings."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from shortlist.db.dialect import upsert
from shortlist.db.prepared import Prepared
from shortlist.instance.tables import instance_setting

# Asked at each upload.
_STORED = Prepared(lambda _: select(instance_setting.c.name, instance_setting.c.value))


def stored(connection: Connection) -> dict[str, str]:
    """The JSON of what was stored, by name."""
    return dict(_STORED.rows(connection))


def put(connection: Connection, values: Mapping[str, str], now: int) -> None:
    rows = [{"name": name, "value": value, "changed_at": now} for name, value in values.items()]
    upsert(connection, instance_setting, rows)


def remove(connection: Connection, names: list[str]) -> None:
    connection.execute(delete(instance_setting).where(instance_setting.c.name.in_(names)))
