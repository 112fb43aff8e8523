"""How one signs in, and the second factor."""

import asyncio
from urllib.parse import parse_qs

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.roles import Credential
from shortlist.errors import InvalidValue, PermissionDenied
from shortlist.http.endpoint import Call
from shortlist.identity import accounts, second_factor
from shortlist.identity import service as identity
from shortlist.identity.types import User
from shortlist.sign_in import admission
from shortlist.web import own_password, people, provider_sign_in
from shortlist.web import wire_people as people_wire
from shortlist.web import wire_sign_in as wire
from shortlist.web.people import change, read, write


def get(call: Call, connection: Connection, _request: None) -> wire.SignInMethods:
    """Tell how one signs in."""
    user = _self(call, connection)
    password = identity.has_password(connection, user.id)
    return wire.SignInMethods(
        password=password,
        second_factor=wire.SecondFactor(
            since=user.second_factor_at, recovery_codes=second_factor.recovery_codes_left(connection, user)
        ),
        identities=_identities(call, connection, user, password=password),
        providers=provider_sign_in.options(call.services.providers.all()).providers,
        problem=provider_sign_in.problem_of(call, parse_qs(call.query)),
    )


async def begin(call: Call, request: wire.PasswordAgain) -> wire.Enrolment:
    """Make a secret for an authenticator; it counts once a code has confirmed it."""
    _in_a_session(call)
    await own_password.check(call, request.current_password)
    server = f"Shortlist {call.base_url.partition('://')[2]}"
    made = await write(call, lambda connection: second_factor.begin(connection, _self(call, connection), server))
    return wire.Enrolment(made.secret, made.uri, await asyncio.to_thread(_picture, made.uri))


async def confirm(call: Call, request: wire.Code) -> wire.RecoveryCodes:
    """Turn the second factor on, by a code of the authenticator."""
    _in_a_session(call)
    guesses, name = call.services.code_guesses, call.actor.username
    async with guesses.turn(name):
        guesses.check(name)
        codes = await write(
            call,
            lambda connection: second_factor.confirm(connection, call.author, _self(call, connection), request.code),
        )
        if codes is None:
            guesses.failed(name)
            raise InvalidValue(
                "The code is wrong, or was used already; wait for the next one. The clock of the phone must be right.",
                field="code",
            )
        guesses.succeeded(name)
    return wire.RecoveryCodes(codes)


async def renew_codes(call: Call, request: wire.PasswordAgain) -> wire.RecoveryCodes:
    """Make new recovery codes; the old ones stop working."""
    _in_a_session(call)
    await own_password.check(call, request.current_password)
    codes = await write(
        call,
        lambda connection: second_factor.renew_recovery_codes(connection, call.author, _self(call, connection)),
    )
    return wire.RecoveryCodes(codes)


async def remove(call: Call, request: wire.PasswordAgain) -> people_wire.Done:
    """Turn one's own second factor off."""
    _in_a_session(call)
    await own_password.check(call, request.current_password)
    await write(call, lambda connection: second_factor.remove(connection, call.author, _self(call, connection)))
    return people_wire.Done()


async def remove_from(call: Call, request: people_wire.AccountPath) -> people_wire.Account:
    """Take the second factor from an account, whose owner has lost it."""

    def work(connection: Connection) -> people_wire.Account:
        second_factor.remove(connection, call.author, accounts.get(connection, request.user))
        return people.account(accounts.get(connection, request.user))

    return await write(call, work)


def _identities(call: Call, connection: Connection, user: User, *, password: bool) -> list[wire.Identity]:
    labels = {provider.settings.issuer: provider.label for provider in call.services.providers.all()}
    found = admission.identities(connection, user.id)
    usable = [item.id for item in found if item.issuer in labels]
    return [
        wire.Identity(
            id=item.id,
            provider=labels.get(item.issuer, item.issuer),
            shown=item.shown,
            created_at=item.created_at,
            last_used_at=item.last_used_at,
            only_way=not password and usable == [item.id],
        )
        for item in found
    ]


def _picture(uri: str) -> str:
    """A QR code, dark on light in every theme: scanners need it so."""
    import segno  # noqa: PLC0415 - slow to import, and seldom needed

    return segno.make(uri, error="m", micro=False).svg_data_uri(scale=4, border=3, light="#fff", nl=False)


def _in_a_session(call: Call) -> None:
    """A leaked token must not change how its owner signs in."""
    if call.actor.credential is not Credential.SESSION:
        raise PermissionDenied("This is done in the browser; sign in to do so.")


def _self(call: Call, connection: Connection) -> User:
    return identity.get_user(connection, call.actor.user_id or 0)


_READ, _WRITE = Action.SELF_READ, Action.SELF_WRITE
_FACTOR = "/account/second-factor"

ENDPOINTS = (
    read("/account/sign-in", _READ, get, None, wire.SignInMethods),
    change(f"POST {_FACTOR}", _WRITE, begin, wire.PasswordAgain, wire.Enrolment),
    change(f"POST {_FACTOR}/confirm", _WRITE, confirm, wire.Code, wire.RecoveryCodes),
    change(f"POST {_FACTOR}/recovery-codes", _WRITE, renew_codes, wire.PasswordAgain, wire.RecoveryCodes),
    change(f"DELETE {_FACTOR}", _WRITE, remove, wire.PasswordAgain, people_wire.Done),
    change(
        "DELETE /admin/users/{user}/second-factor",
        Action.ADMIN_WRITE,
        remove_from,
        people_wire.AccountPath,
        people_wire.Account,
    ),
)
