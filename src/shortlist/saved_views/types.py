"""A saved view, and what may be asked of one."""

import msgspec


class SavedView(msgspec.Struct, frozen=True):
    """`query` is the query string of the page's address, without its question mark. `user_id` is whose own it is; a
    shared view has none."""

    id: int
    experiment_iid: int
    name: str
    query: str
    user_id: int | None
    created_by: int | None
    updated_at: int
