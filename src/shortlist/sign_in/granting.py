"""Roles that a provider's groups give: renewed at every sign-in, and never more taken than was given.

What was given is noted. A membership that somebody changed by hand since is theirs to decide about, and is left alone.
"""

from sqlalchemy import Connection

from shortlist.access.roles import Role
from shortlist.access.scope import SERVER, Author, GroupFacts
from shortlist.errors import NotFound, PermissionDenied
from shortlist.identity import accounts, store_links
from shortlist.identity.types import GrantedRole, User
from shortlist.logs import get_logger
from shortlist.projects import groups, members
from shortlist.projects import service as projects
from shortlist.projects.members import Place
from shortlist.projects.types import Member
from shortlist.settings import SignInProvider

_log = get_logger(__name__)

_Key = tuple[str, int]
_SERVER: _Key = ("server", 0)


def refresh(
    connection: Connection, author: Author, provider: SignInProvider, user: User, at_provider: frozenset[str]
) -> None:
    """Give what the groups that the user is in at the provider give here, and take what they gave before."""
    administrator = bool(at_provider & set(provider.administrators))
    granting = _Granting(connection, author, provider.issuer, user)
    granting.apply(_wanted(connection, provider, at_provider), administrator=administrator)


def withdraw(connection: Connection, author: Author, issuer: str, user: User) -> None:
    """Take everything that the issuer's groups gave."""
    _Granting(connection, author, issuer, user).apply({}, administrator=False)


def _wanted(
    connection: Connection, provider: SignInProvider, at_provider: frozenset[str]
) -> dict[_Key, tuple[Place, Role]]:
    """The highest role of each place that is named for one of the groups."""
    found: dict[_Key, tuple[Place, Role]] = {}
    for rule in provider.roles:
        if rule.group not in at_provider:
            continue
        place = _place(connection, rule.place)
        if place is None:
            _log.warning("a provider's group has a role where there is nothing", place=rule.place)
            continue
        role = Role[rule.role.upper()]
        known = found.get(_key(place))
        if known is None or role > known[1]:
            found[_key(place)] = place, role
    return found


class _Granting:
    """What one issuer gives to one user. It is done in the server's name: people give no more than they have."""

    def __init__(self, connection: Connection, author: Author, issuer: str, user: User) -> None:
        self._connection = connection
        self._by = Author(SERVER.actor, author.address)
        self._issuer = issuer
        self._user = user

    def apply(self, wanted: dict[_Key, tuple[Place, Role]], *, administrator: bool) -> None:
        listed = store_links.grants(self._connection, self._user.id, self._issuer)
        given = {(item.place, item.place_id): item for item in listed}
        for key, (place, role) in wanted.items():
            self._give(place, role, given.get(key))
        for key, grant in given.items():
            if key != _SERVER and key not in wanted:
                self._take(grant)
        if administrator:
            self._promote()
        elif _SERVER in given:
            self._demote(given[_SERVER])

    def _give(self, place: Place, role: Role, grant: GrantedRole | None) -> None:
        current = self._membership(place)
        if current is None:
            members.add(self._connection, self._by, place, self._user.id, role)
        elif not _as_given(current, grant):
            if grant is not None:
                self._forget(grant)
            return
        elif current.role is not role:
            try:
                members.change(self._connection, self._by, place, self._user.id, role)
            except PermissionDenied:  # the last owner stays one
                return
        self._note(GrantedRole(*_key(place), role))

    def _take(self, grant: GrantedRole) -> None:
        place = _place(self._connection, grant.place_id, grant.place)
        current = None if place is None else self._membership(place)
        if place is not None and current is not None and _as_given(current, grant):
            try:
                members.remove(self._connection, self._by, place, self._user.id)
            except PermissionDenied:  # the last owner stays one, until there is another
                return
        self._forget(grant)

    def _promote(self) -> None:
        if not self._user.administrator:
            accounts.change(self._connection, self._by, self._user, accounts.AccountChange(administrator=True))
            self._note(GrantedRole(*_SERVER, 0))

    def _demote(self, grant: GrantedRole) -> None:
        if self._user.administrator:
            try:
                accounts.change(self._connection, self._by, self._user, accounts.AccountChange(administrator=False))
            except PermissionDenied:  # the last administrator stays one
                return
        self._forget(grant)

    def _membership(self, place: Place) -> Member | None:
        listed = members.direct(self._connection, place)
        return next((item for item in listed if item.user_id == self._user.id), None)

    def _note(self, grant: GrantedRole) -> None:
        store_links.put_grant(self._connection, self._user.id, self._issuer, grant)

    def _forget(self, grant: GrantedRole) -> None:
        store_links.remove_grant(self._connection, self._user.id, self._issuer, grant)


def _as_given(current: Member, grant: GrantedRole | None) -> bool:
    return grant is not None and current.role == grant.role and current.expires_at is None


def _place(connection: Connection, reference: int | str, kind: str = "") -> Place | None:
    """A group, or else a project, by its path; or what `kind` says by its id."""
    if kind != "project":
        try:
            return groups.facts(groups.get(connection, SERVER.actor, reference))
        except NotFound:
            if kind:
                return None
    try:
        return projects.facts(projects.get(connection, SERVER.actor, reference))
    except NotFound:
        return None


def _key(place: Place) -> _Key:
    return "group" if isinstance(place, GroupFacts) else "project", place.id
