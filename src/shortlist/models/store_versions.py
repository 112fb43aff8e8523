"""SQL on versions and their metadata. Deleted versions are seen only where numbers are given out."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from shortlist.access.scope import Scope
from shortlist.db.dialect import among, upsert
from shortlist.models.semver import Semver
from shortlist.models.tables import model_version, model_version_metadata
from shortlist.models.types import Stage, VersionRecord

Place = tuple[int, int]  # a model's iid, a version's number
Name = tuple[str, str]  # a model's name, a semantic version

_FIELDS = tuple(model_version.c[name] for name in VersionRecord.__struct_fields__)


def highest(connection: Connection, scope: Scope, model_iid: int) -> tuple[int, int]:
    """The highest number and the highest major version that a model ever had; 0 for none. The model is locked."""
    statement = select(func.max(model_version.c.number), func.max(model_version.c.major)).where(
        model_version.c.project_id == scope.project_id, model_version.c.model_iid == model_iid
    )
    number, major = connection.execute(statement).one()
    return number or 0, major or 0


def add(connection: Connection, scope: Scope, record: VersionRecord, semver: Semver) -> None:
    values = {name: getattr(record, name) for name in VersionRecord.__struct_fields__}
    parts = {"major": semver.major, "minor": semver.minor, "patch": semver.patch}
    connection.execute(model_version.insert(), {"project_id": scope.project_id, "deleted_at": None, **values, **parts})


def change(connection: Connection, scope: Scope, place: Place, values: Mapping[str, Any]) -> None:
    connection.execute(update(model_version).where(*_at(scope, place)).values(**values))


def archive_others(connection: Connection, scope: Scope, place: Place, stage: Stage, now: int) -> None:
    """Archive the versions of the model that are in a stage, but for one."""
    statement = update(model_version).where(
        *_active(scope),
        model_version.c.model_iid == place[0],
        model_version.c.number != place[1],
        model_version.c.stage == stage.value,
    )
    connection.execute(statement.values(stage=Stage.ARCHIVED.value, updated_at=now))


def by_number(connection: Connection, scope: Scope, model_iid: int, number: int) -> VersionRecord | None:
    return _one(connection, scope, model_version.c.model_iid == model_iid, model_version.c.number == number)


def by_semver(connection: Connection, scope: Scope, model_iid: int, semver: str) -> VersionRecord | None:
    return _one(connection, scope, model_version.c.model_iid == model_iid, model_version.c.semver == semver)


def _one(connection: Connection, scope: Scope, *where: ColumnElement[bool]) -> VersionRecord | None:
    statement = select(*_FIELDS).where(*_active(scope), *where)
    row = connection.execute(statement).one_or_none()
    return None if row is None else _record(row)


def by_places(connection: Connection, scope: Scope, places: Sequence[Place]) -> list[VersionRecord]:
    """The versions at `places` that exist, in that order."""
    statement = select(*_FIELDS).where(*_active(scope), *_among(model_version.c, places))
    records = {(row.model_iid, row.number): _record(row) for row in connection.execute(statement)}
    return [records[place] for place in places if place in records]


def by_iids(connection: Connection, scope: Scope, iids: Sequence[int]) -> list[VersionRecord]:
    """The versions among `iids` that exist, in the order of `iids`."""
    statement = select(*_FIELDS).where(*_active(scope), among(connection, model_version.c.iid, iids))
    records = {row.iid: _record(row) for row in connection.execute(statement)}
    return [records[iid] for iid in iids if iid in records]


def makers(connection: Connection, scope: Scope, names: Collection[Name]) -> dict[Name, int]:
    """The iids of the candidates that versions were made from, of those that were made from one."""
    version = model_version.c
    statement = select(version.model_name, version.semver, version.candidate_iid).where(
        *_active(scope),
        version.model_name.in_(sorted({name for name, _ in names})),
        version.semver.in_(sorted({semver for _, semver in names})),
        version.candidate_iid.is_not(None),
    )
    found = {(name, semver): iid for name, semver, iid in connection.execute(statement)}
    return {name: found[name] for name in names if name in found}


def rename_model(connection: Connection, scope: Scope, model_iid: int, name: str) -> None:
    """Note a model's new name in its versions, deleted ones included."""
    connection.execute(
        update(model_version)
        .where(model_version.c.project_id == scope.project_id, model_version.c.model_iid == model_iid)
        .values(model_name=name)
    )


def of_candidate(connection: Connection, scope: Scope, candidate_iid: int) -> list[VersionRecord]:
    """The versions that were made from a candidate, oldest first."""
    statement = (
        select(*_FIELDS)
        .where(*_active(scope), model_version.c.candidate_iid == candidate_iid)
        .order_by(model_version.c.created_at, model_version.c.model_iid, model_version.c.number)
    )
    return [_record(row) for row in connection.execute(statement)]


def newest(connection: Connection, scope: Scope, model_iid: int, limit: int) -> list[VersionRecord]:
    """The versions of a model with the highest numbers, highest first."""
    statement = (
        select(*_FIELDS)
        .where(*_active(scope), model_version.c.model_iid == model_iid)
        .order_by(model_version.c.number.desc())
        .limit(limit)
    )
    return [_record(row) for row in connection.execute(statement)]


def counts(connection: Connection, scope: Scope, model_iids: Sequence[int]) -> dict[int, int]:
    """How many versions each model has; a model without any is left out."""
    statement = (
        select(model_version.c.model_iid, func.count())
        .where(*_active(scope), model_version.c.model_iid.in_(model_iids))
        .group_by(model_version.c.model_iid)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def of_model(connection: Connection, scope: Scope, model_iid: int) -> list[VersionRecord]:
    """Every version of a model, oldest first."""
    statement = select(*_FIELDS).where(*_active(scope), model_version.c.model_iid == model_iid)
    return [_record(row) for row in connection.execute(statement.order_by(model_version.c.number))]


def latest_places(connection: Connection, scope: Scope, model_iids: Sequence[int]) -> list[Place]:
    """The highest number in each stage of each model, in order of model and number."""
    version = model_version.c
    statement = (
        select(version.model_iid, func.max(version.number))
        .where(*_active(scope), version.model_iid.in_(model_iids))
        .group_by(version.model_iid, version.stage)
    )
    return sorted((iid, number) for iid, number in connection.execute(statement))


def _among(columns: Any, places: Sequence[Place]) -> tuple[ColumnElement[bool], ...]:
    """Rows of these models with these numbers, some of them not wanted: what both databases can look up quickly."""
    return (
        columns.model_iid.in_(sorted({iid for iid, _ in places})),
        columns.number.in_(sorted({number for _, number in places})),
    )


def _record(row: Any) -> VersionRecord:
    values = row._asdict()
    values["stage"] = Stage(values["stage"])
    return VersionRecord(**values)


def _active(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return model_version.c.project_id == scope.project_id, model_version.c.deleted_at.is_(None)


def _at(scope: Scope, place: Place) -> tuple[ColumnElement[bool], ...]:
    iid, number = place
    return (
        model_version.c.project_id == scope.project_id,
        model_version.c.model_iid == iid,
        model_version.c.number == number,
    )


def set_metadata(connection: Connection, scope: Scope, place: Place, pairs: Mapping[str, str]) -> None:
    iid, number = place
    rows = [
        {"project_id": scope.project_id, "model_iid": iid, "number": number, "key": key, "value": value}
        for key, value in sorted(pairs.items())
    ]
    upsert(connection, model_version_metadata, rows)


def delete_metadata(connection: Connection, scope: Scope, place: Place, key: str | None = None) -> None:
    """Remove one key, or all of them."""
    iid, number = place
    table = model_version_metadata.c
    statement = delete(model_version_metadata).where(
        table.project_id == scope.project_id, table.model_iid == iid, table.number == number
    )
    connection.execute(statement if key is None else statement.where(table.key == key))


def metadata_of(connection: Connection, scope: Scope, places: Sequence[Place]) -> dict[Place, dict[str, str]]:
    """Metadata of each version by key in order. One statement."""
    found: dict[Place, dict[str, str]] = {place: {} for place in places}
    table = model_version_metadata.c
    statement = (
        select(table.model_iid, table.number, table.key, table.value)
        .where(table.project_id == scope.project_id, *_among(table, places))
        .order_by(table.model_iid, table.number, table.key)
    )
    for iid, number, key, value in connection.execute(statement):
        pairs = found.get((iid, number))
        if pairs is not None:
            pairs[key] = value
    return found
