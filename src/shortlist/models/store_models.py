"""SQL on models, their metadata and their aliases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, update

from shortlist.access.scope import Scope
from shortlist.db.dialect import insert, upsert
from shortlist.models.tables import model, model_alias, model_metadata
from shortlist.models.types import ModelRecord

_FIELDS = tuple(model.c[name] for name in ModelRecord.__struct_fields__)


def add(connection: Connection, scope: Scope, record: ModelRecord) -> bool:
    """Insert a model; False when its name is taken."""
    values = {name: getattr(record, name) for name in ModelRecord.__struct_fields__}
    statement = insert(connection, model).on_conflict_do_nothing().returning(model.c.iid)
    return connection.execute(statement, {"project_id": scope.project_id, **values}).scalar_one_or_none() is not None


def by_name(connection: Connection, scope: Scope, name: str) -> ModelRecord | None:
    statement = select(*_FIELDS).where(model.c.project_id == scope.project_id, model.c.name == name)
    row = connection.execute(statement).one_or_none()
    return None if row is None else ModelRecord(*row)


def by_iid(connection: Connection, scope: Scope, iid: int) -> ModelRecord | None:
    return next(iter(by_iids(connection, scope, [iid])), None)


def by_iids(connection: Connection, scope: Scope, iids: Sequence[int]) -> list[ModelRecord]:
    """The models among `iids` that exist, in the order of `iids`."""
    statement = select(*_FIELDS).where(model.c.project_id == scope.project_id, model.c.iid.in_(iids))
    records = {row.iid: ModelRecord(*row) for row in connection.execute(statement)}
    return [records[iid] for iid in iids if iid in records]


def change(connection: Connection, scope: Scope, iid: int, values: Mapping[str, Any]) -> None:
    """Change a model's own fields. The row stays locked until commit, so what hangs on it changes one at a time."""
    connection.execute(
        update(model).where(model.c.project_id == scope.project_id, model.c.iid == iid).values(**values)
    )


def remove(connection: Connection, scope: Scope, iid: int) -> None:
    """Delete a model with its versions, metadata and aliases."""
    connection.execute(delete(model).where(model.c.project_id == scope.project_id, model.c.iid == iid))


def set_metadata(connection: Connection, scope: Scope, iid: int, pairs: Mapping[str, str]) -> None:
    rows = [
        {"project_id": scope.project_id, "model_iid": iid, "key": key, "value": value}
        for key, value in sorted(pairs.items())
    ]
    upsert(connection, model_metadata, rows)


def delete_metadata(connection: Connection, scope: Scope, iid: int, key: str) -> None:
    connection.execute(
        delete(model_metadata).where(
            model_metadata.c.project_id == scope.project_id,
            model_metadata.c.model_iid == iid,
            model_metadata.c.key == key,
        )
    )


def metadata_of(connection: Connection, scope: Scope, iids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Metadata of each model by key in order. One statement."""
    found: dict[int, dict[str, str]] = {iid: {} for iid in iids}
    table = model_metadata.c
    statement = (
        select(table.model_iid, table.key, table.value)
        .where(table.project_id == scope.project_id, table.model_iid.in_(iids))
        .order_by(table.model_iid, table.key)
    )
    for iid, key, value in connection.execute(statement):
        found[iid][key] = value
    return found


def aliases_of(connection: Connection, scope: Scope, iids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Alias to number of each model, in order of the alias. One statement."""
    found: dict[int, dict[str, int]] = {iid: {} for iid in iids}
    table = model_alias.c
    statement = (
        select(table.model_iid, table.alias, table.number)
        .where(table.project_id == scope.project_id, table.model_iid.in_(iids))
        .order_by(table.model_iid, table.alias)
    )
    for iid, alias, number in connection.execute(statement):
        found[iid][alias] = number
    return found


def set_alias(connection: Connection, scope: Scope, iid: int, alias: str, number: int) -> None:
    row = {"project_id": scope.project_id, "model_iid": iid, "alias": alias, "number": number}
    upsert(connection, model_alias, [row])


def delete_alias(connection: Connection, scope: Scope, iid: int, alias: str) -> None:
    connection.execute(delete(model_alias).where(*_of(scope, iid), model_alias.c.alias == alias))


def delete_aliases_of_version(connection: Connection, scope: Scope, iid: int, number: int) -> None:
    connection.execute(delete(model_alias).where(*_of(scope, iid), model_alias.c.number == number))


def _of(scope: Scope, iid: int) -> tuple[Any, Any]:
    return model_alias.c.project_id == scope.project_id, model_alias.c.model_iid == iid
