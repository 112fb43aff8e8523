"""Offset pages with GitLab's headers, which its clients follow."""

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

import msgspec

from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call

DEFAULT_PER_PAGE = 20
MAX_PER_PAGE = 100
_MAX_OFFSET = 10_000_000

T = TypeVar("T")


class Paged(msgspec.Struct, kw_only=True):
    """The base of a list's request. Pages count from 1; more than 100 a page are cut to 100, as GitLab does."""

    page: int = 1
    per_page: int = DEFAULT_PER_PAGE

    @property
    def limit(self) -> int:
        return min(self.per_page, MAX_PER_PAGE)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit

    def check(self) -> None:
        """Raises InvalidValue: a page or a size that there cannot be."""
        if self.page < 1:
            raise InvalidValue("page does not have a valid value: it counts from 1.", field="page")
        if self.per_page < 1:
            raise InvalidValue("per_page does not have a valid value: it is at least 1.", field="per_page")
        if self.offset > _MAX_OFFSET:
            raise InvalidValue(f"page is too far: an offset is at most {_MAX_OFFSET}.", field="page")


def cut(call: Call, asked: Paged, items: Sequence[T]) -> list[T]:
    """One page of a list that is in memory whole; sets the headers."""
    announce(call, asked, len(items))
    return list(items[asked.offset : asked.offset + asked.limit])


def announce(call: Call, asked: Paged, total: int) -> None:
    """Set the headers of a page of `total` items. The caller has cut the page by `offset` and `limit`.

    Raises:
        InvalidValue: as `Paged.check`.
    """
    asked.check()
    pages = -(-total // asked.limit)
    following = asked.page + 1 if asked.page < pages else None
    before = asked.page - 1 if asked.page > 1 else None
    for name, value in (
        ("x-page", asked.page),
        ("x-per-page", asked.limit),
        ("x-total", total),
        ("x-total-pages", pages),
        ("x-next-page", following or ""),
        ("x-prev-page", before or ""),
    ):
        call.add_header(name, str(value))
    links = {"prev": before, "next": following, "first": 1, "last": max(pages, 1)}
    parts = [f'<{_address(call, number, asked.limit)}>; rel="{name}"' for name, number in links.items() if number]
    call.add_header("link", ", ".join(parts))


def _address(call: Call, page: int, per_page: int) -> str:
    kept = [pair for pair in parse_qsl(call.query, keep_blank_values=True) if pair[0] not in ("page", "per_page")]
    return f"{call.base_url}{call.target}?{urlencode([*kept, ('page', page), ('per_page', per_page)])}"
