"""Pictures of the people that trigger jobs: fetched from the connected GitLab alone, and kept for pages to show.

Whoever has an account there chooses its picture, so the bytes are believed to be one only by how they begin, and only
of formats that carry no script.
"""

import hashlib
from urllib.parse import urlsplit

from shortlist.connected import rules, store
from shortlist.connected.client import GitLab
from shortlist.connected.types import Picture
from shortlist.db.database import Database
from shortlist.logs import get_logger
from shortlist.outbound import OutboundError

_log = get_logger(__name__)

_MAX_ADDRESS = 1_000
_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_NONE = Picture("", b"")


async def refreshed(database: Database, gitlab: GitLab, project_id: int, address: str, now: int) -> str:
    """The SHA-256 of the picture at an address, fetched where that is due; empty where there is none to show.

    Raises:
        Unavailable: the database does not answer.
    """
    if not is_at(gitlab.url, address):
        return ""
    known = database.read_now(lambda connection: store.avatar(connection, project_id, address))
    if known is not None and now < known.due_at:
        return known.digest
    try:
        picture, due_at = await _fetched(gitlab, address), now + rules.AVATAR_FRESH
    except OutboundError as error:
        _log.info("avatar not fetched", address=address, reason=error.reason)
        if rules.concerns_all(error):
            due_at = now + rules.AVATAR_RETRY
            if known is not None:
                database.write_now(lambda connection: store.set_avatar_due(connection, project_id, address, due_at))
                return known.digest
        else:
            due_at = now + rules.AVATAR_FRESH
        picture = _NONE
    digest = hashlib.sha256(picture.content).hexdigest() if picture.content else ""
    database.write_now(
        lambda connection: store.put_avatar(connection, project_id, address, digest, picture, due_at=due_at)
    )
    return digest


def is_at(url: str, address: str) -> bool:
    """Whether an address is one of the GitLab at this URL: the same scheme, host and port, letter by letter, so that
    no two readers of addresses can disagree about it."""
    if len(address) > _MAX_ADDRESS or not (address.isascii() and address.isprintable()):
        return False
    parts = urlsplit(url)
    return address.startswith(f"{parts.scheme}://{parts.netloc}/")


def content_type(content: bytes) -> str | None:
    """The kind of a picture that may be shown, by its first bytes."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for beginning, kind in _BEGINNINGS.items() if content.startswith(beginning)), None)


async def _fetched(gitlab: GitLab, address: str) -> Picture:
    content = await gitlab.picture(address)
    kind = content_type(content)
    if kind is None:
        raise OutboundError("it is no PNG, JPEG, GIF or WebP")
    return Picture(kind, content)
