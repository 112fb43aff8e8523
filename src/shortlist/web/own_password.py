"""Asking somebody who is signed in for their password once more, before what a stolen session must not do."""

import asyncio

from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call
from shortlist.identity import passwords
from shortlist.identity import service as identity


async def check(call: Call, given: str) -> None:
    """Raises InvalidValue: not the caller's password. RateLimited: too many were tried."""
    name, guesses = call.actor.username, call.services.password_guesses
    async with guesses.turn(name):
        guesses.check(name)
        _, stored = await call.services.database.read(lambda connection: identity.stored_password(connection, name))
        if not await asyncio.to_thread(passwords.verify, stored, given):
            guesses.failed(name)
            raise InvalidValue("The current password is wrong.", field="current_password")
        guesses.succeeded(name)
