"""What a search asks and what it answers."""

from collections.abc import Sequence

import msgspec


class CandidateSearch(msgspec.Struct, frozen=True):
    """`view` is active, deleted or all. A token is only good for the search that gave it, page size apart."""

    experiment_iids: Sequence[int]
    filter: str = ""
    order_by: Sequence[str] = ()
    view: str = "active"
    max_results: int = 1000
    page_token: str = ""


class ExperimentSearch(msgspec.Struct, frozen=True):
    filter: str = ""
    order_by: Sequence[str] = ()
    view: str = "active"
    max_results: int = 1000
    page_token: str = ""


class RegistrySearch(msgspec.Struct, frozen=True):
    """A search of models or of their versions."""

    filter: str = ""
    order_by: Sequence[str] = ()
    max_results: int = 100
    page_token: str = ""


class OnDataset(msgspec.Struct, frozen=True):
    """A dataset; an empty digest stands for any."""

    name: str
    digest: str = ""


class LoggedModelOrder(msgspec.Struct, frozen=True):
    """A field of the order; a metric may be that on one dataset."""

    field: str
    descending: bool = False
    dataset: OnDataset | None = None


class LoggedModelSearch(msgspec.Struct, frozen=True):
    """`datasets` limits the models to those with metrics on them, and the filter's metrics to these."""

    experiment_iids: Sequence[int]
    filter: str = ""
    order_by: Sequence[LoggedModelOrder] = ()
    datasets: Sequence[OnDataset] = ()
    max_results: int = 50
    page_token: str = ""


class SearchPage(msgspec.Struct, frozen=True):
    iids: list[int]
    next_page_token: str | None
