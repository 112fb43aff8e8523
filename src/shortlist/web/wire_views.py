"""What the browser's JSON API takes and gives for saved views."""

import msgspec


class SavedView(msgspec.Struct):
    """`query` is the query string of the page's address, without its question mark. A view that is not `shared` is the
    caller's own."""

    id: int
    name: str
    query: str
    shared: bool


class ViewList(msgspec.Struct):
    """`default` is the id of the shared view that the experiment opens with."""

    views: list[SavedView]
    default: int | None


class ViewCreate(msgspec.Struct):
    experiment: int
    name: str
    query: str


class ViewChange(msgspec.Struct):
    experiment: int
    view: int
    name: str | None = None
    query: str | None = None


class ViewPath(msgspec.Struct):
    experiment: int
    view: int


class DefaultView(msgspec.Struct):
    """A shared view, or None for the start view."""

    experiment: int
    view: int | None = None
