"""The browser's operations on many candidates at once, each of them one request and one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.scope import Scope
from shortlist.http.endpoint import AsyncHandler, Call
from shortlist.moving import service as moving
from shortlist.tracking import bulk
from shortlist.web import operations, wire
from shortlist.web.wire_bulk import (
    CandidateChoice,
    CandidateEdited,
    CandidateEdits,
    CandidateMove,
    CandidatesFrom,
    CandidatesMoved,
    CandidateStars,
)


async def edit(call: Call, request: CandidateEdits) -> CandidateEdited:
    """Change names, notes and metadata of up to 1,000 candidates; the answer is what would undo it."""
    edits = [bulk.Edit(item.candidate, item.name, item.note, item.metadata) for item in request.changes]
    before = await call.services.database.write(lambda connection: bulk.edit(connection, call.project, edits))
    return CandidateEdited([wire.CandidateChange(each.iid, each.name, each.note, each.metadata) for each in before])


def _marking(mark: Callable[[Connection, Scope, Sequence[int]], list[int]], doc: str) -> AsyncHandler:
    async def handle(call: Call, request: CandidateChoice) -> CandidateChoice:
        return CandidateChoice(
            await call.services.database.write(lambda connection: mark(connection, call.project, request.candidates))
        )

    handle.__name__ = mark.__name__
    handle.__doc__ = doc
    return handle


async def star(call: Call, request: CandidateStars) -> CandidateChoice:
    """Star up to 1,000 candidates for oneself, or take the stars away; answers those whose star that changed."""
    return CandidateChoice(
        await call.services.database.write(
            lambda connection: bulk.star(connection, call.project, request.candidates, starred=request.starred)
        )
    )


async def move(call: Call, request: CandidateMove) -> CandidatesMoved:
    """Move up to 1,000 candidates, and what is nested below them, to another experiment of the project."""
    bulk.check(request.candidates)
    moved = await call.services.database.write(
        lambda connection: moving.move(connection, call.project, request.candidates, request.experiment)
    )
    return CandidatesMoved([CandidatesFrom(iid, candidates) for iid, candidates in moved.before.items()])


_delete = _marking(
    bulk.delete, "Delete up to 1,000 candidates, which can be restored; answers those that were active."
)
_restore = _marking(bulk.restore, "Restore up to 1,000 deleted candidates; answers those that were deleted.")

ENDPOINTS = (
    operations.write("PATCH", "/candidates", edit, CandidateEdits, CandidateEdited),
    operations.write("POST", "/candidates/delete", _delete, CandidateChoice, CandidateChoice),
    operations.write("POST", "/candidates/restore", _restore, CandidateChoice, CandidateChoice),
    operations.write("POST", "/candidates/move", move, CandidateMove, CandidatesMoved),
    replace(
        operations.write("POST", "/candidates/star", star, CandidateStars, CandidateChoice), action=Action.STAR_WRITE
    ),
)
