"""Searches of models, of their versions and of logged models, as the program calls them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.search import paging
from shortlist.search.cut import page_of
from shortlist.search.fields import LOGGED_MODEL, METRIC, MODEL, MODEL_VERSION
from shortlist.search.logged_models import LoggedModelBinding
from shortlist.search.models import ModelBinding, VersionBinding, names_prompts
from shortlist.search.order import parse_order
from shortlist.search.parser import parse
from shortlist.search.tree import Field, Order
from shortlist.search.types import (
    ExperimentSearch,
    LoggedModelOrder,
    LoggedModelSearch,
    OnDataset,
    RegistrySearch,
    SearchPage,
)

MAX_MODELS = 1_000
MAX_VERSIONS = 200_000
MAX_LOGGED_MODELS = 50_000
_MAX_IID = 2**63 - 1


def models(connection: Connection, scope: Scope, query: RegistrySearch) -> SearchPage:
    """A page of models, in one statement.

    Raises:
        InvalidValue: a filter, order, page size or token that is not good, with the field and the position.
    """
    tree, orders = parse(query.filter, MODEL), parse_order(query.order_by, MODEL)
    seal = paging.seal("models", scope.project_id, query.filter, list(query.order_by))
    binding = ModelBinding(scope, prompts=names_prompts(tree, orders))
    return page_of(connection, binding, (tree, orders, seal), query, MAX_MODELS)


def versions(connection: Connection, scope: Scope, query: RegistrySearch) -> SearchPage:
    """A page of versions, in one statement.

    Raises:
        InvalidValue: as `models`.
    """
    tree, orders = parse(query.filter, MODEL_VERSION), parse_order(query.order_by, MODEL_VERSION)
    seal = paging.seal("versions", scope.project_id, query.filter, list(query.order_by))
    binding = VersionBinding(scope, prompts=names_prompts(tree, orders))
    return page_of(connection, binding, (tree, orders, seal), query, MAX_VERSIONS)


def logged_models(connection: Connection, scope: Scope, query: LoggedModelSearch) -> SearchPage:
    """A page of logged models, in one statement.

    Raises:
        InvalidValue: as `models`, or a dataset beside a field that is no metric.
    """
    tree = parse(query.filter, LOGGED_MODEL)
    orders, datasets = _order(query.order_by)
    iids = sorted({iid for iid in query.experiment_iids if 0 <= iid <= _MAX_IID})
    named = [[item.name, item.digest] for item in query.datasets]
    ordered = [
        [item.field, item.descending, [] if item.dataset is None else [item.dataset.name, item.dataset.digest]]
        for item in query.order_by
    ]
    seal = paging.seal("logged models", scope.project_id, iids, query.filter, ordered, named)
    if not iids:
        return SearchPage([], None)
    binding = LoggedModelBinding(connection, scope, iids, query.datasets, datasets)
    sized = ExperimentSearch(max_results=query.max_results, page_token=query.page_token)
    return page_of(connection, binding, (tree, orders, seal), sized, MAX_LOGGED_MODELS)


def _order(items: Sequence[LoggedModelOrder]) -> tuple[list[Order], dict[Field, OnDataset]]:
    """The order, and the datasets of its metrics. A metric may come once for each dataset, so each is told apart."""
    orders: list[Order] = []
    datasets: dict[Field, OnDataset] = {}
    for place, item in enumerate(items):
        order = parse_order([f"{item.field} {'DESC' if item.descending else 'ASC'}"], LOGGED_MODEL)[0]
        if item.dataset is not None:
            if order.field.group != METRIC:
                raise InvalidValue(
                    f"Invalid order_by: a dataset goes with a metric, not with '{item.field[:60]}'.",
                    field=f"order_by[{place}].dataset_name",
                )
            field = Field(METRIC, order.field.key, f"on {place}")
            datasets[field] = item.dataset
            order = Order(field, order.descending)
        orders.append(order)
    return orders, datasets
