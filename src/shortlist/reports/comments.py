"""The one comment of a merge request that holds its report: found again by its marker, and renewed."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from shortlist.connected.client import GitLab
from shortlist.outbound import OutboundError
from shortlist.reports.markdown import MARKER

_MAX_PAGES = 10
_PAGE = 100
# Somebody else's comment with our marker, or one that went away: it is passed over.
_NOT_OURS = (403, 404)


class Comment(Protocol):
    """A comment as a forge lists it."""

    @property
    def id(self) -> int: ...
    @property
    def body(self) -> str: ...


async def put(
    listed: Callable[[int], Awaitable[Sequence[Comment]]], write: Callable[[int | None], Awaitable[None]]
) -> bool:
    """Renew the comment of an earlier report, or write the first; whether there was one.

    `listed` gives a page of at most 100 comments, the oldest first; `write` renews the comment with that id, or makes
    a new one for None.

    Raises:
        OutboundError: the forge gives no usable answer.
    """
    for page in range(1, _MAX_PAGES + 1):
        comments = await listed(page)
        for comment in comments:
            if comment.body.startswith(MARKER) and await _renewed(write, comment.id):
                return True
        if len(comments) < _PAGE:
            break
    await write(None)
    return False


async def put_at_gitlab(gitlab: GitLab, project: str, number: str, text: str) -> bool:
    """The same at a GitLab; `project` is the id or path of the CI project."""
    return await put(
        lambda page: gitlab.notes(project, number, page),
        lambda note: gitlab.write_note(project, number, text, note),
    )


async def _renewed(write: Callable[[int | None], Awaitable[None]], comment: int) -> bool:
    try:
        await write(comment)
    except OutboundError as error:
        if error.status in _NOT_OURS:
            return False
        raise
    return True
