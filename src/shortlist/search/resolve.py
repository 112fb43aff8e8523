"""Keys that a filter names without their group: which of the groups is meant."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, FromClause, Select, exists, select

from shortlist.access.scope import Scope
from shortlist.db.dialect import among
from shortlist.errors import InvalidValue
from shortlist.metrics.tables import metric_column, metric_key
from shortlist.search.check import check_comparison, check_membership
from shortlist.search.fields import ANY, CANDIDATE, METADATA, METRIC, PARAM
from shortlist.search.lexer import refusal
from shortlist.search.tree import And, Comparison, Field, Membership, Node, Not, Null, Or, Value, Words, fields_of
from shortlist.tracking.tables import metadata, param

_NUMBERS_FIRST = (METRIC, PARAM, METADATA)
_TEXTS_FIRST = (PARAM, METADATA, METRIC)


def resolve(
    connection: Connection, scope: Scope, experiment_iids: Sequence[int], node: Node | None, parameter: str = "filter"
) -> Node | None:
    """A tree without fields of the group ANY. One statement, and none where it has no such field.

    Beside a number a metric is meant before a parameter; beside a text, and where the question is only whether there
    is a value, a parameter before metadata before a metric.

    Raises:
        InvalidValue: no candidate of the experiments has the key, or its values cannot be compared so.
    """
    keys = sorted({field.key for field in fields_of(node) if field.group == ANY})
    if node is None or not keys:
        return node
    known = _groups_of(connection, scope, experiment_iids, keys)
    return _Resolver(known, parameter).resolved(node)


def unknown_key(field: Field, parameter: str) -> InvalidValue:
    """The error of a key that no candidate has, under which group it may be."""
    return refusal(
        f"expected a field, or a key that candidates here have, found '{field.key[:60]}'", parameter, field.position
    )


class _Resolver:
    def __init__(self, known: dict[str, set[str]], parameter: str) -> None:
        self._known = known
        self._parameter = parameter

    def resolved(self, node: Node) -> Node:
        match node:
            case And():
                return And(tuple(self.resolved(item) for item in node.items))
            case Or():
                return Or(tuple(self.resolved(item) for item in node.items))
            case Not():
                return Not(self.resolved(node.item))
            case Words():
                return node
            case Null():
                return replace(node, field=self._field(node.field, ""))
            case Comparison():
                compared = replace(node, field=self._field(node.field, node.value))
                check_comparison(CANDIDATE, compared, self._parameter)
                return compared
            case Membership():
                member = replace(node, field=self._field(node.field, node.values[0]))
                check_membership(CANDIDATE, member, self._parameter)
                return member

    def _field(self, field: Field, value: Value) -> Field:
        if field.group != ANY:
            return field
        order = _TEXTS_FIRST if isinstance(value, str) else _NUMBERS_FIRST
        group = next((name for name in order if name in self._known[field.key]), None)
        if group is None:
            raise unknown_key(field, self._parameter)
        return replace(field, group=group)


def _groups_of(
    connection: Connection, scope: Scope, experiment_iids: Sequence[int], keys: Sequence[str]
) -> dict[str, set[str]]:
    """In which groups candidates of the experiments have each key."""
    metrics = metric_column.join(
        metric_key,
        (metric_key.c.project_id == metric_column.c.project_id) & (metric_key.c.id == metric_column.c.key_id),
    )

    def there(table: FromClause, rows: Select[tuple[int]]) -> Select[tuple[int]]:
        return rows.where(
            table.c.project_id == scope.project_id, among(connection, table.c.experiment_iid, experiment_iids)
        )

    asked = [
        column
        for number, key in enumerate(keys)
        for column in (
            exists(
                there(
                    metric_column,
                    select(metric_column.c.key_id)
                    .select_from(metrics)
                    .where(metric_key.c.name == key, metric_column.c.candidates > 0),
                )
            ).label(f"metric{number}"),
            exists(there(param, select(param.c.candidate_iid).where(param.c.key == key))).label(f"param{number}"),
            exists(there(metadata, select(metadata.c.candidate_iid).where(metadata.c.key == key))).label(
                f"metadata{number}"
            ),
        )
    ]
    row = connection.execute(select(*asked)).one()
    groups = (METRIC, PARAM, METADATA)
    return {
        key: {group for place, group in enumerate(groups) if row[number * len(groups) + place]}
        for number, key in enumerate(keys)
    }
