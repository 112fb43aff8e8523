"""The instance's settings, and making an account for oneself where they allow it."""

import asyncio
from typing import Any, cast

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.roles import Role, Visibility
from shortlist.errors import PermissionDenied, RateLimited
from shortlist.http.endpoint import Call
from shortlist.identity import accounts, passwords
from shortlist.instance import service
from shortlist.instance.types import InstanceSettings, SettingsChange
from shortlist.projects import groups
from shortlist.web import wire_instance as wire
from shortlist.web.people import change, read, write


def get(call: Call, connection: Connection, _request: None) -> wire.InstanceSettings:
    """Get the instance's settings."""
    return _shown(call, service.current(connection))


async def edit(call: Call, request: wire.InstanceSettingsChange) -> wire.InstanceSettings:
    """Change the instance's settings."""
    given = {name: getattr(request, name) for name in wire.InstanceSettingsChange.__struct_fields__}
    new = SettingsChange(**{name: _ours(name, value) for name, value in given.items()})
    changed = await write(call, lambda connection: service.change(connection, call.author, new))
    call.services.instance.forget()
    return _shown(call, changed)


def visibility_rules(call: Call, connection: Connection) -> wire.VisibilityRules:
    """What the caller may choose in forms of projects and groups."""
    settings = service.current(connection)
    return wire.VisibilityRules(
        settings.default_project_visibility.value,
        settings.default_group_visibility.value,
        [] if call.actor.administrator else [level.value for level in settings.restricted_visibilities],
    )


def sign_up_state(_call: Call, connection: Connection, _request: None) -> wire.SignUpState:
    """Tell whether anybody may make an account."""
    return wire.SignUpState(service.current(connection).sign_up)


async def create_own_account(call: Call, request: wire.SignUp) -> wire.SignedUp:
    """Make an account for oneself, where the instance's settings allow it."""
    made_here = call.services.sign_ups
    if made_here.reached(call.address):
        raise RateLimited("Many accounts were made from this address of late; wait some minutes.", field="username")
    if not (await call.services.instance.get()).sign_up:
        raise PermissionDenied("Accounts are made by the administrators of this server; ask one of them.")
    call.services.providers.check_own_email(request.email)
    passwords.check_strength(request.password)
    made_here.failed(call.address)
    hashed = await asyncio.to_thread(passwords.hash_password, request.password)
    new = accounts.NewAccount(
        username=request.username, name=request.name, email=request.email or None, password_hash=hashed
    )

    def work(connection: Connection) -> str:
        made = accounts.create(connection, call.author, new)
        groups.ensure_user_namespace(connection, made.id, made.username, made.name)
        return made.username

    return wire.SignedUp(await write(call, work))


def _ours(name: str, value: Any) -> Any:
    """A value of the wire as the service takes it."""
    if value is None or value is msgspec.UNSET:
        return value
    if name.endswith("_visibility"):
        return Visibility(value)
    if name == "restricted_visibilities":
        return tuple(Visibility(word) for word in value)
    return Role[value.upper()] if name == "default_least_writing_role" else value


def _shown(call: Call, settings: InstanceSettings) -> wire.InstanceSettings:
    environment = call.services.settings
    return wire.InstanceSettings(
        sign_up=settings.sign_up,
        default_project_visibility=settings.default_project_visibility.value,
        default_group_visibility=settings.default_group_visibility.value,
        restricted_visibilities=[level.value for level in settings.restricted_visibilities],
        default_least_writing_role=cast("wire.WriterName", settings.default_least_writing_role.name.lower()),
        max_file_bytes=settings.max_file_bytes,
        max_generic_file_bytes=settings.max_generic_file_bytes,
        project_size_limit=settings.project_size_limit,
        environment_max_file_bytes=environment.max_file_bytes,
        environment_max_generic_file_bytes=environment.max_generic_file_bytes,
    )


_SETTINGS = "/admin/settings"

ENDPOINTS = (
    read(_SETTINGS, Action.ADMIN_READ, get, None, wire.InstanceSettings),
    change(f"PATCH {_SETTINGS}", Action.ADMIN_WRITE, edit, wire.InstanceSettingsChange, wire.InstanceSettings),
    read("/sign_up", Action.SERVER_PUBLIC, sign_up_state, None, wire.SignUpState),
    change("POST /sign_up", Action.SERVER_PUBLIC, create_own_account, wire.SignUp, wire.SignedUp),
)
