"""Searches of experiments, and experiments as a search sees them: where each field of `fields.EXPERIMENT` is."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, FromClause, Table, and_, func, or_

from shortlist.access.scope import Scope
from shortlist.search import paging
from shortlist.search.binding import Tie
from shortlist.search.compile import ESCAPE
from shortlist.search.cut import page_of
from shortlist.search.fields import ATTRIBUTE, EXPERIMENT, Entity
from shortlist.search.order import parse_order
from shortlist.search.parser import parse
from shortlist.search.slots import Beside, Own, Slot
from shortlist.search.tree import Field
from shortlist.search.types import ExperimentSearch, SearchPage
from shortlist.search.views import in_view
from shortlist.tracking.tables import experiment, experiment_metadata

_e = experiment.c

_OWN: Mapping[str, Own] = {
    "iid": Own(_e.iid),
    "name": Own(_e.name),
    "created": Own(_e.created_at),
    "updated": Own(_e.updated_at),
    "note": Own(func.nullif(_e.note, ""), nullable=True),
    "artifact_location": Own(_e.artifact_location, nullable=True),
}


def search(connection: Connection, scope: Scope, query: ExperimentSearch) -> SearchPage:
    """A page of experiments, in one statement.

    Raises:
        InvalidValue: a filter, order, page size or token that is not good, with the field and the position.
    """
    tree, orders = parse(query.filter, EXPERIMENT), parse_order(query.order_by, EXPERIMENT)
    seal = paging.seal("experiments", scope.project_id, query.filter, list(query.order_by), query.view)
    return page_of(connection, ExperimentBinding(scope, query.view), (tree, orders, seal), query)


class ExperimentBinding:
    """A search of the experiments of a project."""

    entity: Entity = EXPERIMENT
    table: Table = experiment

    def __init__(self, scope: Scope, view: str) -> None:
        self._project_id = scope.project_id
        self._view = in_view(_e.deleted_at, view)

    @property
    def searched(self) -> ColumnElement[bool]:
        return and_(_e.project_id == self._project_id, self._view)

    @property
    def kept(self) -> ColumnElement[bool]:
        return self.searched

    def ties(self, *, ordered: bool) -> Sequence[Tie]:
        # As MLflow: newest first, then by id; below an order that was asked for, the greater id first.
        if ordered:
            return (("iid", True),)
        return (("created", True), ("iid", False))

    def slot(self, field: Field) -> Slot:
        if field.group == ATTRIBUTE:
            return _OWN[field.key]
        return Beside(
            experiment_metadata, "value", lambda other: and_(_of_experiment(other), other.c.key == field.key)
        )

    def canonical(self, field: Field, value: str) -> str:  # noqa: ARG002
        return value

    def words(self, pattern: str) -> ColumnElement[bool]:
        def test(column: ColumnElement[str]) -> ColumnElement[bool]:
            return column.ilike(pattern, escape=ESCAPE)

        return or_(test(_e.name), test(_e.note), Beside(experiment_metadata, "value", _of_experiment).where(test))


def _of_experiment(other: FromClause) -> ColumnElement[bool]:
    return and_(other.c.project_id == _e.project_id, other.c.experiment_iid == _e.iid)
