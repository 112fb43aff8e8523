"""Models and their versions as a search sees them: where each field of `fields.MODEL` and `MODEL_VERSION` is.

Prompts are models with a metadata key. A search that says nothing about that key leaves them out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, Table, and_, func, literal, or_, select, true

from shortlist.access.scope import Scope
from shortlist.db.metadata import Str
from shortlist.errors import NotFound
from shortlist.ids import parse_external_id
from shortlist.models.tables import model, model_metadata, model_version, model_version_metadata
from shortlist.models.wellknown import PROMPT
from shortlist.search.binding import Tie
from shortlist.search.compile import ESCAPE
from shortlist.search.fields import ATTRIBUTE, METADATA, MODEL, MODEL_VERSION, Entity
from shortlist.search.slots import Beside, Joined, Link, Own, Owners, Slot, Test
from shortlist.search.tree import Field, Node, Order, fields_of

_m = model.c
_v = model_version.c

_OF_MODEL: Mapping[str, Own] = {
    "iid": Own(_m.iid),
    "name": Own(_m.name),
    "description": Own(func.nullif(_m.description, ""), nullable=True),
    "created": Own(_m.created_at),
    "updated": Own(_m.updated_at),
}
_OF_VERSION: Mapping[str, Own] = {
    "name": Own(_v.model_name),
    "number": Own(_v.number),
    "semver": Own(_v.semver),
    "stage": Own(_v.stage),
    "run_id": Own(func.nullif(_v.run_id, ""), nullable=True),
    "source": Own(_v.source),
    "candidate": Own(_v.candidate_iid, nullable=True),
    "experiment": Own(_v.experiment_iid, nullable=True),
    "description": Own(func.nullif(_v.description, ""), nullable=True),
    "created": Own(_v.created_at),
    "updated": Own(_v.updated_at),
}


def names_prompts(tree: Node | None, orders: Sequence[Order]) -> bool:
    """Whether a search says itself what it wants of prompts."""
    fields = [*fields_of(tree), *(order.field for order in orders)]
    return any(field.group == METADATA and field.key == PROMPT for field in fields)


@dataclass(frozen=True, slots=True)
class _IsPrompt:
    """The key that marks prompts. A row without it is compared as `false`: clients ask for what is != 'true'."""

    table: Table
    on: Link

    def _value(self) -> ColumnElement[str]:
        other = self.table.alias()
        found = select(other.c.value).where(self.on(other), other.c.key == PROMPT).scalar_subquery()
        return func.coalesce(found, literal("false", Str))

    def where(self, test: Test, *, with_nan: bool = False) -> ColumnElement[bool]:  # noqa: ARG002
        return test(self._value())

    def missing(self) -> ColumnElement[bool]:
        return Beside(self.table, "value", lambda other: and_(self.on(other), other.c.key == PROMPT)).missing()

    def owners(self, test: Test) -> Owners | None:  # noqa: ARG002
        return None

    def joined(self) -> Joined | None:
        return Joined(self._value(), nullable=False)


class ModelBinding:
    """A search of the models of a project."""

    entity: Entity = MODEL
    table: Table = model

    def __init__(self, scope: Scope, *, prompts: bool) -> None:
        self._project_id = scope.project_id
        self._shown = true() if prompts else _IsPrompt(model_metadata, _of_model).where(_is_false)

    @property
    def searched(self) -> ColumnElement[bool]:
        return and_(_m.project_id == self._project_id, self._shown)

    @property
    def kept(self) -> ColumnElement[bool]:
        return self.searched

    def ties(self, *, ordered: bool) -> Sequence[Tie]:  # noqa: ARG002
        return (("name", False),)

    def slot(self, field: Field) -> Slot:
        if field.group == ATTRIBUTE:
            return _OF_MODEL[field.key]
        return _metadata(model_metadata, _of_model, field.key)

    def canonical(self, field: Field, value: str) -> str:  # noqa: ARG002
        return value

    def words(self, pattern: str) -> ColumnElement[bool]:
        test = _like(pattern)
        return or_(test(_m.name), test(_m.description), Beside(model_metadata, "value", _of_model).where(test))


class VersionBinding:
    """A search of the versions of all models of a project."""

    entity: Entity = MODEL_VERSION
    table: Table = model_version

    def __init__(self, scope: Scope, *, prompts: bool) -> None:
        self._project_id = scope.project_id
        self._shown = true() if prompts else _IsPrompt(model_version_metadata, _of_version).where(_is_false)

    @property
    def searched(self) -> ColumnElement[bool]:
        return and_(_v.project_id == self._project_id, _v.deleted_at.is_(None), self._shown)

    @property
    def kept(self) -> ColumnElement[bool]:
        return self.searched

    def ties(self, *, ordered: bool) -> Sequence[Tie]:  # noqa: ARG002
        return (("name", False), ("number", True))

    def slot(self, field: Field) -> Slot:
        if field.group == ATTRIBUTE:
            return _OF_VERSION[field.key]
        return _metadata(model_version_metadata, _of_version, field.key)

    def canonical(self, field: Field, value: str) -> str:
        if field.group != ATTRIBUTE:
            return value
        if field.key == "stage":
            return value.lower()
        if field.key == "run_id":
            try:
                return parse_external_id(value)
            except NotFound:
                return value
        return value

    def words(self, pattern: str) -> ColumnElement[bool]:
        test = _like(pattern)
        values = Beside(model_version_metadata, "value", _of_version).where(test)
        return or_(test(_v.model_name), test(_v.description), test(_v.semver), values)


def _metadata(table: Table, on: Link, key: str) -> Slot:
    if key == PROMPT:
        return _IsPrompt(table, on)
    return Beside(table, "value", lambda other: and_(on(other), other.c.key == key))


def _is_false(column: ColumnElement[str]) -> ColumnElement[bool]:
    return func.lower(column) != "true"


def _like(pattern: str) -> Test:
    return lambda column: column.ilike(pattern, escape=ESCAPE)


def _of_model(other: FromClause) -> ColumnElement[bool]:
    return and_(other.c.project_id == _m.project_id, other.c.model_iid == _m.iid)


def _of_version(other: FromClause) -> ColumnElement[bool]:
    return and_(other.c.project_id == _v.project_id, other.c.model_iid == _v.model_iid, other.c.number == _v.number)
