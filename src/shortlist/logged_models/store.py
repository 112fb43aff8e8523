"""SQL on logged models, their parameters, metadata and metrics."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, func, or_, select, tuple_, update

from shortlist.access.scope import Scope
from shortlist.db import changes
from shortlist.db.dialect import insert, insert_ignore, upsert
from shortlist.logged_models.tables import (
    logged_model,
    logged_model_metadata,
    logged_model_metric,
    logged_model_param,
)
from shortlist.logged_models.types import LinkedPoint, LoggedModelData, LoggedModelRecord, ModelMetric, ModelStatus
from shortlist.tracking.tables import candidate

_FIELDS = tuple(logged_model.c[name] for name in LoggedModelRecord.__struct_fields__)


def add(connection: Connection, scope: Scope, record: LoggedModelRecord) -> None:
    values = {name: getattr(record, name) for name in LoggedModelRecord.__struct_fields__}
    connection.execute(logged_model.insert(), {"project_id": scope.project_id, **values})


def by_external_ids(connection: Connection, scope: Scope, external_ids: Sequence[str]) -> dict[str, LoggedModelRecord]:
    """The logged models among these that exist, deleted or not."""
    statement = select(*_FIELDS).where(
        logged_model.c.project_id == scope.project_id, logged_model.c.external_id.in_(external_ids)
    )
    return {row.external_id: _record(row) for row in connection.execute(statement)}


def by_iids(connection: Connection, scope: Scope, iids: Sequence[int]) -> list[LoggedModelRecord]:
    """The logged models among `iids` that exist, in the order of `iids`."""
    statement = select(*_FIELDS).where(logged_model.c.project_id == scope.project_id, logged_model.c.iid.in_(iids))
    records = {row.iid: _record(row) for row in connection.execute(statement)}
    return [records[iid] for iid in iids if iid in records]


def made_by(
    connection: Connection, scope: Scope, candidate_external_id: str, others: Sequence[str]
) -> list[LoggedModelRecord]:
    """The logged models that name a candidate as their source, and `others`, by external id, which it names as its
    output; in order of their creation, without deleted ones."""
    model = logged_model.c
    statement = (
        select(*_FIELDS)
        .where(
            model.project_id == scope.project_id,
            model.deleted_at.is_(None),
            or_(model.candidate_external_id == candidate_external_id, model.external_id.in_(others)),
        )
        .order_by(model.iid)
    )
    return [_record(row) for row in connection.execute(statement)]


def _record(row: Any) -> LoggedModelRecord:
    values = row._asdict()
    values["status"] = ModelStatus(values["status"])
    return LoggedModelRecord(**values)


def change(connection: Connection, scope: Scope, iid: int, values: Mapping[str, Any]) -> None:
    connection.execute(
        update(logged_model)
        .where(logged_model.c.project_id == scope.project_id, logged_model.c.iid == iid)
        .values(**values)
    )


def note_change(connection: Connection, scope: Scope, record: LoggedModelRecord) -> None:
    """Let open pages of the candidate that made it know."""
    statement = select(candidate.c.iid).where(
        candidate.c.project_id == scope.project_id, candidate.c.external_id == record.candidate_external_id
    )
    for iid in connection.scalars(statement):
        changes.note(connection, scope.project_id, record.experiment_iid, iid)


def lock(connection: Connection, scope: Scope, iid: int) -> None:
    """Let no other transaction change the logged model before this one ends. SQLite's one writer needs no lock."""
    row = select(logged_model.c.iid).where(logged_model.c.project_id == scope.project_id, logged_model.c.iid == iid)
    connection.execute(row.with_for_update(key_share=True))


def add_params(connection: Connection, scope: Scope, iid: int, pairs: Mapping[str, str]) -> None:
    """Insert parameters; where a key is taken, its value stays (`data` tells which)."""
    insert_ignore(connection, logged_model_param, _rows(scope, iid, pairs))


def set_metadata(connection: Connection, scope: Scope, iid: int, pairs: Mapping[str, str]) -> None:
    upsert(connection, logged_model_metadata, _rows(scope, iid, pairs))


def _rows(scope: Scope, iid: int, pairs: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"project_id": scope.project_id, "model_iid": iid, "key": key, "value": value}
        for key, value in sorted(pairs.items())
    ]


def delete_metadata(connection: Connection, scope: Scope, iid: int, key: str) -> bool:
    result = connection.execute(
        delete(logged_model_metadata).where(
            logged_model_metadata.c.project_id == scope.project_id,
            logged_model_metadata.c.model_iid == iid,
            logged_model_metadata.c.key == key,
        )
    )
    return result.rowcount == 1


def put_metrics(
    connection: Connection, scope: Scope, candidate_external_id: str, points: Sequence[tuple[int, LinkedPoint]]
) -> None:
    """Note points of (logged model's iid, point); of one metric, dataset and candidate the greatest stays."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for iid, item in points:
        place = (iid, item.key, item.dataset_name, item.dataset_digest)
        row = {
            "project_id": scope.project_id,
            "model_iid": iid,
            "key": item.key,
            "dataset_name": item.dataset_name,
            "dataset_digest": item.dataset_digest,
            "candidate_external_id": candidate_external_id,
            "timestamp": item.timestamp,
            "step": item.step,
            "value": None if math.isnan(item.value) else item.value,
        }
        if place not in rows or _rank(row) > _rank(rows[place]):
            rows[place] = row
    if not rows:
        return
    stored = logged_model_metric.c
    statement = insert(connection, logged_model_metric)
    new = statement.excluded
    # Another request may put the same row at the same time, so the database compares.
    statement = statement.on_conflict_do_update(
        index_elements=[column.name for column in logged_model_metric.primary_key],
        set_={name: new[name] for name in ("timestamp", "step", "value")},
        where=tuple_(new["step"], new["timestamp"], func.coalesce(new["value"], 0.0))
        > tuple_(stored.step, stored.timestamp, func.coalesce(stored.value, 0.0)),
    )
    connection.execute(statement, [rows[place] for place in sorted(rows)])


def _rank(row: Mapping[str, Any]) -> tuple[int, int, float]:
    return row["step"], row["timestamp"], row["value"] or 0.0


def data(connection: Connection, scope: Scope, iids: Sequence[int]) -> dict[int, LoggedModelData]:
    """Parameters, metadata and metrics of several logged models. Three statements, whatever their number."""
    params = _pairs(connection, scope, logged_model_param, iids)
    metadata = _pairs(connection, scope, logged_model_metadata, iids)
    metrics = _metrics(connection, scope, iids)
    return {iid: LoggedModelData(params[iid], metadata[iid], metrics[iid]) for iid in iids}


def _pairs(connection: Connection, scope: Scope, table: Table, iids: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {iid: {} for iid in iids}
    statement = (
        select(table.c.model_iid, table.c.key, table.c.value)
        .where(table.c.project_id == scope.project_id, table.c.model_iid.in_(iids))
        .order_by(table.c.model_iid, table.c.key)
    )
    for iid, key, value in connection.execute(statement):
        found[iid][key] = value
    return found


def _metrics(connection: Connection, scope: Scope, iids: Sequence[int]) -> dict[int, list[ModelMetric]]:
    found: dict[int, list[ModelMetric]] = {iid: [] for iid in iids}
    metric = logged_model_metric.c
    statement = (
        select(
            metric.model_iid,
            metric.key,
            metric.value,
            metric.timestamp,
            metric.step,
            metric.candidate_external_id,
            metric.dataset_name,
            metric.dataset_digest,
        )
        .where(metric.project_id == scope.project_id, metric.model_iid.in_(iids))
        .order_by(metric.model_iid, metric.key, metric.dataset_name, metric.dataset_digest, metric.step)
    )
    for iid, key, value, *rest in connection.execute(statement):
        found[iid].append(ModelMetric(key, math.nan if value is None else value, *rest))
    return found
