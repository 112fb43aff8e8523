"""Pictures of the people that triggered CI jobs, from this origin: a browser asks GitLab nothing."""

import re

from starlette.requests import Request
from starlette.responses import Response

from shortlist.access.actions import Action
from shortlist.connected import store
from shortlist.errors import NotFound
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.web import operations

# The bytes are somebody's upload: whatever they are, they run nothing and load nothing. Their address is their digest.
_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, max-age=31536000, immutable",
}
_DIGEST = re.compile(r"[0-9a-f]{64}")


async def avatar(call: Call, _request: Request) -> Response:
    """The picture of a person that triggered a CI job of the project, by its SHA-256."""
    project_id, digest = call.project.project_id, call.path["digest"]
    found = None
    if _DIGEST.fullmatch(digest):
        found = await call.services.database.read(lambda connection: store.picture(connection, project_id, digest))
    if found is None:
        raise NotFound("There is no such picture here.")
    return Response(found.content, headers=_HEADERS, media_type=found.content_type)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{operations.PROJECT}/ci/avatars/{{digest}}",
        action=Action.EXPERIMENT_READ,
        mode=Mode.STREAM,
        handler=avatar,
        tags=("ci",),
    ),
)
