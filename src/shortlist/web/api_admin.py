"""Accounts for administrators, people for everybody, and the audit."""

import asyncio
from typing import Any

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.scope import GroupScope, Scope
from shortlist.audit import service as audit
from shortlist.audit.types import Event, EventQuery
from shortlist.http.endpoint import Call
from shortlist.identity import accounts, passwords
from shortlist.identity import store as identity_store
from shortlist.identity.types import UserQuery
from shortlist.projects import service as projects
from shortlist.projects import store_members
from shortlist.web import people
from shortlist.web import wire_people as wire
from shortlist.web.people import GROUP, PROJECT, change, read, write


def find_people(_call: Call, connection: Connection, request: wire.PersonQuery) -> wire.PersonList:
    """Find people by a part of their name, to make them members."""
    query = UserQuery(search=request.search, state="active")
    found, _ = identity_store.user_page(connection, query, 20, 0)
    return wire.PersonList([people.person(user) for user in found])


def list_accounts(_call: Call, connection: Connection, request: wire.AccountQuery) -> wire.AccountList:
    """List accounts."""
    query = UserQuery(search=request.search, state=request.state, administrators=request.administrators)
    found, total = identity_store.user_page(connection, query, people.PAGE_SIZE, people.offset(request.page))
    return wire.AccountList([people.account(user) for user in found], total)


async def create_account(call: Call, request: wire.AccountCreate) -> wire.AccountMade:
    """Create an account."""
    password = request.password or passwords.make()
    new = accounts.NewAccount(
        username=request.username,
        name=request.name,
        email=request.email or None,
        password_hash=await _hashed(password),
        administrator=request.administrator,
    )

    def work(connection: Connection) -> wire.AccountMade:
        made = accounts.create(connection, call.author, new)
        projects.ensure_user_namespace(connection, made)
        return wire.AccountMade(people.account(made), None if request.password else password)

    return await write(call, work)


async def edit_account(call: Call, request: wire.AccountAdminChange) -> wire.Account:
    """Change an account."""
    new = accounts.AccountChange(
        name=request.name,
        email=request.email,
        administrator=request.administrator,
        password_hash=None if request.password is None else await _hashed(request.password),
    )

    def work(connection: Connection) -> wire.Account:
        user = accounts.get(connection, request.user)
        return people.account(accounts.change(connection, call.author, user, new))

    return await write(call, work)


async def block(call: Call, request: wire.AccountPath) -> wire.Account:
    """Block an account."""

    def work(connection: Connection) -> wire.Account:
        accounts.block(connection, call.author, accounts.get(connection, request.user))
        return people.account(accounts.get(connection, request.user))

    return await write(call, work)


async def unblock(call: Call, request: wire.AccountPath) -> wire.Account:
    """Let a blocked account work again."""

    def work(connection: Connection) -> wire.Account:
        accounts.unblock(connection, call.author, accounts.get(connection, request.user))
        return people.account(accounts.get(connection, request.user))

    return await write(call, work)


async def end_sessions(call: Call, request: wire.AccountPath) -> wire.Ended:
    """Sign somebody out everywhere."""

    def work(connection: Connection) -> int:
        return accounts.end_sessions(connection, call.author, accounts.get(connection, request.user))

    return wire.Ended(await write(call, work))


async def delete_account(call: Call, request: wire.AccountPath) -> wire.Done:
    """Delete an account; its work stays."""

    def work(connection: Connection) -> None:
        accounts.remove(connection, call.author, accounts.get(connection, request.user))
        store_members.remove_everywhere(connection, request.user)

    await write(call, work)
    return wire.Done()


def list_events(call: Call, connection: Connection, request: wire.AuditQuery) -> wire.AuditEventList:
    """List audit events, the newest first."""
    query = EventQuery(
        project_id=call.scope.project_id if isinstance(call.scope, Scope) else None,
        group_id=call.scope.group.id if isinstance(call.scope, GroupScope) else None,
        since=request.since,
        until=request.until,
        action=request.action,
        username=request.username,
    )
    found, total = audit.events(connection, query, people.PAGE_SIZE, people.offset(request.page))
    return wire.AuditEventList([_event(item) for item in found], total)


def _event(item: Event) -> wire.AuditEvent:
    values: dict[str, Any] = {name: getattr(item, name) for name in wire.AuditEvent.__struct_fields__}
    return wire.AuditEvent(**values)


async def _hashed(password: str) -> str:
    passwords.check_strength(password)
    return await asyncio.to_thread(passwords.hash_password, password)


_USER = "/admin/users/{user}"
_WRITE = Action.ADMIN_WRITE

ENDPOINTS = (
    read("/people", Action.USER_READ, find_people, wire.PersonQuery, wire.PersonList),
    read("/admin/users", Action.ADMIN_READ, list_accounts, wire.AccountQuery, wire.AccountList),
    change("POST /admin/users", _WRITE, create_account, wire.AccountCreate, wire.AccountMade),
    change(f"PATCH {_USER}", _WRITE, edit_account, wire.AccountAdminChange, wire.Account),
    change(f"POST {_USER}/block", _WRITE, block, wire.AccountPath, wire.Account),
    change(f"POST {_USER}/unblock", _WRITE, unblock, wire.AccountPath, wire.Account),
    change(f"DELETE {_USER}/sessions", _WRITE, end_sessions, wire.AccountPath, wire.Ended),
    change(f"DELETE {_USER}", _WRITE, delete_account, wire.AccountPath, wire.Done),
    read(f"{PROJECT}/audit", Action.AUDIT_READ, list_events, wire.AuditQuery, wire.AuditEventList),
    read(f"{GROUP}/audit", Action.GROUP_AUDIT_READ, list_events, wire.AuditQuery, wire.AuditEventList),
    read("/admin/audit", Action.ADMIN_READ, list_events, wire.AuditQuery, wire.AuditEventList),
)
