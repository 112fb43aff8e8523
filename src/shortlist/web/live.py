"""Server-sent events: one stream for an open page, which says what changed and lets the page ask for it.

An event carries numbers only. What a page then reads, it reads through the API with its own rights; and before every
event, and at every beat, the right to read the project is asked for anew, so that a stream outlives neither a
session nor a membership.
"""

import re
from collections.abc import AsyncGenerator, Collection

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from shortlist.access.actions import Action
from shortlist.db.changes import Change
from shortlist.errors import DomainError, InvalidValue
from shortlist.http.authorise import Authoriser
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.live.hub import WHOLE, Subscription
from shortlist.web import operations

MAX_EXPERIMENTS = 20
_BEAT_SECONDS = 15.0
_RETRY_MILLISECONDS = 2000
_HEADERS = {
    "cache-control": "no-store",
    # nginx would otherwise keep events back until it has a bufferful.
    "x-accel-buffering": "no",
}


async def events(call: Call, request: Request) -> Response:
    """Follow what changes in experiments (`?experiments=3.4`, or `all` of the project), as server-sent events.

    `changed` carries `{"experiments": {"3": [17, 18]}}`: the candidates that changed, or null for anything at all. Who
    follows all of them may get `{"experiments": null}`: any of them.
    `ready` says that nothing is missed from now on, `gone` that the right to read has ended, `beat` every 15 seconds
    that the stream is alive.
    """
    watched = _watched(request.query_params.get("experiments", ""))
    subscription = await call.services.hub.subscribe(call.project.project_id, watched)
    return StreamingResponse(_stream(call, subscription), media_type="text/event-stream", headers=_HEADERS)


def _watched(text: str) -> list[int]:
    if text == "all":
        return [WHOLE]
    words = [word for word in re.split(r"[.,]", text) if word]
    if not 1 <= len(words) <= MAX_EXPERIMENTS or not all(re.fullmatch(r"[0-9]{1,15}", word) for word in words):
        raise InvalidValue(
            f"Name between 1 and {MAX_EXPERIMENTS} experiments by number, or `all` of them.", field="experiments"
        )
    return [int(word) for word in words]


async def _stream(call: Call, subscription: Subscription) -> AsyncGenerator[bytes]:
    async with subscription:
        yield b"retry: %d\nevent: ready\ndata: {}\n\n" % _RETRY_MILLISECONDS
        while True:
            changes = await subscription.wait(_BEAT_SECONDS)
            if changes is None:
                return
            if not await _may_still_read(call):
                yield b"event: gone\ndata: {}\n\n"
                return
            yield _event(changes) if changes else b"event: beat\ndata: {}\n\n"


async def _may_still_read(call: Call) -> bool:
    authoriser = Authoriser(call.services.resolver)
    reference = str(call.project.project_id)
    try:
        actor = await authoriser.actor("GET", Action.EXPERIMENT_READ, call.headers, reference, call.address)
        await authoriser.scope(actor, Action.EXPERIMENT_READ, reference)
    except DomainError:
        return False
    return True


def _event(changes: Collection[Change]) -> bytes:
    found: dict[str, list[int] | None] = {}
    if any(change.experiment_iid == WHOLE for change in changes):
        # Another process counted it, and counts do not say where.
        return b'event: changed\ndata: {"experiments":null}\n\n'
    for change in sorted(changes, key=lambda change: (change.experiment_iid, change.candidate_iid or 0)):
        key = str(change.experiment_iid)
        named = found.setdefault(key, [])
        if change.candidate_iid is None or named is None:
            found[key] = None
        else:
            named.append(change.candidate_iid)
    return b"event: changed\ndata: " + msgspec.json.encode({"experiments": found}) + b"\n\n"


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{operations.PROJECT}/events",
        action=Action.EXPERIMENT_READ,
        mode=Mode.STREAM,
        handler=events,
        tags=("events",),
    ),
)
