"""Addresses that are good by themselves for a while: they say what they allow, and only this server can have said it.

Whoever has such an address may use it, so it allows one thing, expires, and is given only to those who may do the
thing themselves. What it allows ends sooner where its upload is ended or its file deleted.
"""

import base64
import binascii
import hashlib
import hmac
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.errors import NotFound
from shortlist.packages import store_uploads

_HOUR = 60 * 60 * 1000
# All parts of an upload are signed when it begins, and the last of them may have to wait for a slow line.
UPLOAD_MS = 12 * _HOUR
DOWNLOAD_MS = _HOUR

_MAX_TOKEN = 1024


class UploadTicket(msgspec.Struct, frozen=True, tag="upload"):
    """Allows the parts of one upload to be sent."""

    project_id: int
    upload_id: str
    expires_at: int


class FileTicket(msgspec.Struct, frozen=True, tag="file"):
    """Allows one file to be read."""

    project_id: int
    file_id: int
    expires_at: int


TicketT = TypeVar("TicketT", UploadTicket, FileTicket)


class Signer:
    """Makes and opens tickets: JSON and its HMAC-SHA256, each in base64 for URLs, with a dot between."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key: bytes | None = None

    async def sign(self, ticket: UploadTicket | FileTicket) -> str:
        body = _encoded(msgspec.json.encode(ticket))
        return f"{body}.{_encoded(self._mac(await self._obtain_key(), body))}"

    async def open(self, token: str, kind: type[TicketT]) -> TicketT:
        """What a token allows.

        Raises:
            NotFound: it was not made here, is for something else, or has expired.
        """
        body, _, mac = token[:_MAX_TOKEN].partition(".")
        if not hmac.compare_digest(mac.encode(), _encoded(self._mac(await self._obtain_key(), body)).encode()):
            raise NotFound("This signed address is not valid.")
        try:
            ticket = msgspec.json.decode(_decoded(body), type=kind)
        except (msgspec.DecodeError, binascii.Error):
            raise NotFound("This signed address is for something else.") from None
        if ticket.expires_at <= now_ms():
            raise NotFound("This signed address has expired; ask for a new one.")
        return ticket

    @staticmethod
    def _mac(key: bytes, body: str) -> bytes:
        return hmac.new(key, body.encode(), hashlib.sha256).digest()

    async def _obtain_key(self) -> bytes:
        if self._key is None:
            self._key = await self._database.write(_obtain_key)
        return self._key


def _obtain_key(connection: Connection) -> bytes:
    return store_uploads.obtain_transfer_key(connection)


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
