"""Candidates as a search sees them: where each field of `fields.CANDIDATE` is."""

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from shortlist.access.scope import Scope
from shortlist.db.dialect import among
from shortlist.db.metadata import Str
from shortlist.errors import NotFound
from shortlist.ids import parse_external_id
from shortlist.metrics.tables import metric_latest, metric_series
from shortlist.provenance.tables import candidate_origin
from shortlist.search.binding import Tie
from shortlist.search.compile import ESCAPE
from shortlist.search.fields import ATTRIBUTE, CANDIDATE, CI, DATASET, METRIC, PARAM, Entity, Kind
from shortlist.search.slots import Beside, Led, Link, LookedUp, Nowhere, Own, Slot
from shortlist.search.tree import Field
from shortlist.search.views import in_view
from shortlist.tracking import roots
from shortlist.tracking.tables import candidate, dataset, dataset_input, metadata, param, star

_c = candidate.c

_OWN: Mapping[str, Own] = {
    "iid": Own(_c.iid),
    "run_id": Own(_c.external_id),
    "name": Own(_c.name),
    "status": Own(func.upper(_c.status)),
    "created_by": Own(_c.user_name),
    "start_time": Own(_c.start_time),
    "end_time": Own(_c.end_time, nullable=True),
    "duration": Own(_c.end_time - _c.start_time, nullable=True),
    "updated": Own(_c.updated_at),
    "note": Own(func.nullif(_c.note, ""), nullable=True),
    "parent": Own(_c.parent_external_id, nullable=True),
    "experiment": Own(_c.experiment_iid),
    # What clients are told.
    "artifact_uri": Own(literal(roots.of_candidate(0).removesuffix("0"), Str).concat(cast(_c.iid, Str))),
}
_UNIQUE = {"iid": "iid", "run_id": "external_id"}
_REDUCED = {"min": "min_value", "max": "max_value", "first": "first_value"}
_DATASETS = (
    dataset_input.join(
        dataset, and_(dataset.c.project_id == dataset_input.c.project_id, dataset.c.id == dataset_input.c.dataset_id)
    )
    .select()
    .with_only_columns(
        dataset_input.c.project_id,
        dataset_input.c.candidate_iid,
        dataset_input.c.context,
        dataset.c.name,
        dataset.c.digest,
    )
    .subquery()
)


class CandidateBinding:
    """A search of the candidates of experiments. `key_ids` has the metrics that the project knows."""

    entity: Entity = CANDIDATE
    table: Table = candidate

    def __init__(
        self,
        connection: Connection,
        scope: Scope,
        experiment_iids: Sequence[int],
        view: str,
        key_ids: Mapping[str, int],
    ) -> None:
        self._connection = connection
        self._project_id = scope.project_id
        self._user_id = scope.actor.user_id
        self._iids = experiment_iids
        self._key_ids = key_ids
        self._view = in_view(_c.deleted_at, view)
        self._looks_up = connection.dialect.name == "postgresql"

    @property
    def searched(self) -> ColumnElement[bool]:
        return and_(_c.project_id == self._project_id, self._in_experiments(_c.experiment_iid), self._view)

    @property
    def kept(self) -> ColumnElement[bool]:
        # Citus does not see it through the INTERSECT of gathered rows, and SQLite might take another index for it.
        return and_(_c.project_id == self._project_id, self._view) if self._looks_up else self._view

    def _in_experiments(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        if len(self._iids) == 1:
            return column == self._iids[0]
        return among(self._connection, column, self._iids)

    def ties(self, *, ordered: bool) -> Sequence[Tie]:  # noqa: ARG002
        return (("start_time", True), ("run_id", False))

    def slot(self, field: Field) -> Slot:
        if field.group == ATTRIBUTE:
            return self._own(field.key)
        if field.group == METRIC:
            return self._metric(field)
        if field.group == DATASET:
            return self._beside(_DATASETS, field.key, _of_candidate)
        if field.group == CI:
            return self._beside(candidate_origin, field.key, _of_candidate)
        table = param if field.group == PARAM else metadata
        on, driving = self._keyed("key", field.key)
        value = "number" if field.function == "number" else "value"
        if not self._looks_up:
            return Beside(table, value, on, driving=driving)
        return Led(Beside(table, value, _of_candidate, driving=driving), self._looked_up(table, value, on))

    def _beside(self, table: FromClause, value: str, on: Link, *, nan: bool = False) -> Slot:
        return self._looked_up(table, value, on, nan=nan) if self._looks_up else Beside(table, value, on, nan)

    def _looked_up(self, table: FromClause, value: str, on: Link, *, nan: bool = False) -> LookedUp:
        """Each look-up names the project: being a statement of its own, it would concern all machines on Citus."""

        def here(other: FromClause) -> ColumnElement[bool]:
            return and_(other.c.project_id == self._project_id, on(other))

        return LookedUp(table, value, here, nan)

    def _own(self, key: str) -> Slot:
        if key == "start_time" and len(self._iids) == 1:
            other = candidate.alias()
            here = (other.c.project_id == self._project_id, self._in_experiments(other.c.experiment_iid))
            return Own(_c.start_time, indexed=select(other.c.start_time).where(*here))
        if key == "starred":
            return Own(case((_c.iid.in_(self._starred()), "true"), else_="false"))
        if key in _UNIQUE:
            return Own(_c[_UNIQUE[key]], rows=select(_c.project_id, _c.iid).where(self.searched))
        return _OWN[key]

    def _starred(self) -> Select[int]:
        """Those with the caller's own star; none of a caller without an account."""
        return select(star.c.candidate_iid).where(
            star.c.project_id == self._project_id, star.c.user_id == self._user_id
        )

    def _metric(self, field: Field) -> Slot:
        key_id = self._key_ids.get(field.key)
        if key_id is None:
            return Nowhere()

        def of_series(other: FromClause) -> ColumnElement[bool]:
            return and_(_of_candidate(other), other.c.key_id == key_id)

        if field.function in _REDUCED:
            return self._beside(metric_series, _REDUCED[field.function], of_series, nan=True)
        on, driving = self._keyed("key_id", key_id)
        indexed = len(self._iids) == 1
        if not self._looks_up:
            return Beside(metric_latest, "value", on, nan=True, driving=driving, indexed=indexed)
        # The series say the same, and have one index. Of the two of `metric_latest`, that of the values looks as good
        # to the planner, and would be read from end to end for each candidate.
        return Led(
            Beside(metric_latest, "value", _of_candidate, nan=True, driving=driving, indexed=indexed),
            self._looked_up(metric_series, "last_value", of_series, nan=True),
        )

    def _keyed(self, column: str, key: str | int) -> tuple[Link, Link]:
        """The links to the tables that are clustered by experiment and key."""

        def on(other: FromClause) -> ColumnElement[bool]:
            return and_(_of_candidate(other), other.c.experiment_iid == _c.experiment_iid, other.c[column] == key)

        def driving(other: FromClause) -> ColumnElement[bool]:
            return and_(
                other.c.project_id == self._project_id,
                self._in_experiments(other.c.experiment_iid),
                other.c[column] == key,
            )

        return on, driving

    def canonical(self, field: Field, value: str) -> str:
        if field.group == ATTRIBUTE and field.key == "status":
            return value.upper()
        if field.group == ATTRIBUTE and self.entity.kind(field.group, field.key) is Kind.FLAG:
            return value.lower()
        if field.group == ATTRIBUTE and field.key in ("run_id", "parent"):
            try:
                return parse_external_id(value)
            except NotFound:
                return value
        return value

    def words(self, pattern: str) -> ColumnElement[bool]:
        def test(column: ColumnElement[str]) -> ColumnElement[bool]:
            return column.ilike(pattern, escape=ESCAPE)

        # Read as a whole: SQLite would look for one candidate's values among those of the whole project.
        values = [
            select(table.c.candidate_iid).where(
                table.c.project_id == self._project_id,
                self._in_experiments(table.c.experiment_iid),
                test(table.c.value),
            )
            for table in (param, metadata)
        ]
        return or_(test(_c.name), test(_c.note), *(_c.iid.in_(found) for found in values))


def _of_candidate(other: FromClause) -> ColumnElement[bool]:
    return and_(other.c.project_id == _c.project_id, other.c.candidate_iid == _c.iid)
