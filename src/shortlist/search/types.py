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


class SearchPage(msgspec.Struct, frozen=True):
    iids: list[int]
    next_page_token: str | None
