"""Logged models as a search sees them: where each field of `fields.LOGGED_MODEL` is."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, FromClause, Table, and_, exists, func, or_, select, true

from shortlist.access.scope import Scope
from shortlist.db.dialect import among
from shortlist.errors import NotFound
from shortlist.ids import parse_external_id
from shortlist.logged_models.tables import (
    logged_model,
    logged_model_metadata,
    logged_model_metric,
    logged_model_param,
)
from shortlist.search.binding import Tie
from shortlist.search.compile import ESCAPE
from shortlist.search.fields import ATTRIBUTE, LOGGED_MODEL, METRIC, PARAM, Entity
from shortlist.search.slots import Beside, Own, Slot
from shortlist.search.tree import Field
from shortlist.search.types import OnDataset

_l = logged_model.c

_OWN: Mapping[str, Own] = {
    "name": Own(_l.name),
    "model_id": Own(_l.external_id),
    "model_type": Own(_l.model_type),
    "status": Own(_l.status),
    "run_id": Own(_l.candidate_external_id, nullable=True),
    "experiment": Own(_l.experiment_iid),
    "created": Own(_l.created_at),
    "updated": Own(_l.updated_at),
}


class LoggedModelBinding:
    """A search of the logged models of experiments. Metrics are those on `datasets`, or on any and none if empty.

    `ordered` has the fields of an order that stand for a metric on one dataset.
    """

    entity: Entity = LOGGED_MODEL
    table: Table = logged_model

    def __init__(
        self,
        connection: Connection,
        scope: Scope,
        experiment_iids: Sequence[int],
        datasets: Sequence[OnDataset],
        ordered: Mapping[Field, OnDataset],
    ) -> None:
        self._connection = connection
        self._project_id = scope.project_id
        self._iids = experiment_iids
        self._datasets = datasets
        self._ordered = ordered

    @property
    def searched(self) -> ColumnElement[bool]:
        found = and_(
            _l.project_id == self._project_id,
            among(self._connection, _l.experiment_iid, self._iids),
            _l.deleted_at.is_(None),
        )
        if not self._datasets:
            return found
        metric = logged_model_metric.alias()
        measured = select(1).select_from(metric).where(_of_model(metric), _on(metric, self._datasets))
        return and_(found, exists(measured))

    @property
    def kept(self) -> ColumnElement[bool]:
        return self.searched

    def ties(self, *, ordered: bool) -> Sequence[Tie]:  # noqa: ARG002
        return (("created", True), ("model_id", False))

    def slot(self, field: Field) -> Slot:
        if field.group == ATTRIBUTE:
            return _OWN[field.key]
        if field.group == METRIC:
            named = self._ordered.get(field)
            return self._metric(field.key, self._datasets if named is None else [named])
        table = logged_model_param if field.group == PARAM else logged_model_metadata
        return Beside(table, "value", lambda other: and_(_of_model(other), other.c.key == field.key))

    def _metric(self, key: str, datasets: Sequence[OnDataset]) -> Slot:
        """The latest value of a metric on any of these datasets, whichever candidate measured it."""
        metric = logged_model_metric.c
        place = func.row_number().over(
            partition_by=metric.model_iid,
            order_by=(metric.timestamp.desc(), metric.step.desc(), metric.value.desc(), metric.candidate_external_id),
        )
        ranked = (
            select(metric.project_id, metric.model_iid, metric.value, place.label("place"))
            .where(metric.project_id == self._project_id, metric.key == key, _on(logged_model_metric, datasets))
            .subquery()
        )
        latest = select(ranked.c.project_id, ranked.c.model_iid, ranked.c.value).where(ranked.c.place == 1).subquery()
        return Beside(latest, "value", _of_model, nan=True)

    def canonical(self, field: Field, value: str) -> str:
        if field.group != ATTRIBUTE:
            return value
        if field.key == "status":
            return value.upper().removeprefix("LOGGED_MODEL_").removeprefix("UPLOAD_").lower()
        if field.key == "run_id":
            try:
                return parse_external_id(value)
            except NotFound:
                return value
        return value.lower() if field.key == "model_id" else value

    def words(self, pattern: str) -> ColumnElement[bool]:
        def test(column: ColumnElement[str]) -> ColumnElement[bool]:
            return column.ilike(pattern, escape=ESCAPE)

        values = (
            Beside(table, "value", _of_model).where(test) for table in (logged_model_param, logged_model_metadata)
        )
        return or_(test(_l.name), test(_l.model_type), *values)


def _on(metric: FromClause, datasets: Sequence[OnDataset]) -> ColumnElement[bool]:
    if not datasets:
        return true()
    return or_(
        *(
            and_(
                metric.c.dataset_name == item.name,
                true() if not item.digest else metric.c.dataset_digest == item.digest,
            )
            for item in datasets
        )
    )


def _of_model(other: FromClause) -> ColumnElement[bool]:
    return and_(other.c.project_id == _l.project_id, other.c.model_iid == _l.iid)
