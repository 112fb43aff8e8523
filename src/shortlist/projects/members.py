"""Who is a member of a project or group, with which role, until when. Nobody gives or takes what they do not have."""

from sqlalchemy import Connection

from shortlist.access.roles import Role
from shortlist.access.scope import ANONYMOUS, Author, GroupFacts, ProjectFacts
from shortlist.audit import service as audit
from shortlist.audit.types import Change
from shortlist.clock import now_ms
from shortlist.errors import AlreadyExists, InvalidValue, NotFound, PermissionDenied
from shortlist.identity import accounts
from shortlist.identity.types import User
from shortlist.projects import store, store_groups, store_members
from shortlist.projects.types import Member

Place = ProjectFacts | GroupFacts


def direct(connection: Connection, place: Place) -> list[Member]:
    """The members of the project or group itself, those whose time is over left out."""
    return [item for item in store_members.members(connection, **_key(place)) if _current(item)]


def everybody(connection: Connection, place: Place) -> list[Member]:
    """Members of the place and of the groups above, each once with the highest role, by user."""
    best: dict[int, Member] = {}
    for item in (*direct(connection, place), *store_members.inherited(connection, **_key(place))):
        known = best.get(item.user_id)
        if _current(item) and (known is None or item.role > known.role):
            best[item.user_id] = item
    return [best[user_id] for user_id in sorted(best)]


def get(connection: Connection, place: Place, user_id: int, *, inherited: bool = False) -> Member:
    """Raises NotFound: the user is no member."""
    listed = everybody(connection, place) if inherited else direct(connection, place)
    for item in listed:
        if item.user_id == user_id:
            return item
    raise NotFound("Member not found", field="user_id")


def add(
    connection: Connection, author: Author, place: Place, user_id: int, role: Role, expires_at: int | None = None
) -> Member:
    """Make a user a member.

    Raises:
        NotFound: no such user. AlreadyExists: a member already. InvalidValue: an expiry in the past, or a bot.
        PermissionDenied: a role above the author's own.
    """
    user = accounts.get(connection, user_id)
    if user.bot:
        raise InvalidValue("The bot of a token cannot be made a member.", field="user_id")
    check_own_role(author, place, role)
    _check_expiry(expires_at)
    # What is read before it is written could be another's by then, with a role that the author may not take.
    if not store_members.add(connection, _values(place, user_id, role, expires_at), now_ms()):
        raise AlreadyExists("Member already exists", field="user_id")
    _record(connection, author, "member:add", place, user, role=role.name.lower(), expires_at=expires_at)
    return get(connection, place, user_id)


def change(
    connection: Connection, author: Author, place: Place, user_id: int, role: Role, expires_at: int | None = None
) -> Member:
    """Change a member's role and expiry.

    Raises:
        NotFound: no member. InvalidValue: an expiry in the past. PermissionDenied: the old or the new role is above
            the author's own, or nobody would own the place any more.
    """
    store_members.lock(connection, user_id, **_key(place))
    before = get(connection, place, user_id)
    user = accounts.get(connection, user_id)
    check_own_role(author, place, max(role, before.role))
    _check_expiry(expires_at)
    if before.role is Role.OWNER and (role is not Role.OWNER or expires_at is not None):
        _keep_an_owner(connection, place, user_id)
    store_members.put(connection, _values(place, user_id, role, expires_at))
    details = {"before": before.role.name.lower(), "role": role.name.lower(), "expires_at": expires_at}
    _record(connection, author, "member:change", place, user, **details)
    return get(connection, place, user_id)


def remove(connection: Connection, author: Author, place: Place, user_id: int) -> None:
    """Take a member out.

    Raises:
        NotFound: no member. PermissionDenied: a role above the author's own, or nobody would own the place any more.
    """
    store_members.lock(connection, user_id, **_key(place))
    before = get(connection, place, user_id)
    user = accounts.get(connection, user_id)
    check_own_role(author, place, before.role)
    if before.role is Role.OWNER:
        _keep_an_owner(connection, place, user_id)
    store_members.remove_member(connection, user_id, **_key(place))
    _record(connection, author, "member:remove", place, user, role=before.role.name.lower())


def _values(place: Place, user_id: int, role: Role, expires_at: int | None) -> dict[str, int | None]:
    return {**_key(place), "user_id": user_id, "role": role, "created_at": now_ms(), "expires_at": expires_at}


def check_own_role(author: Author, place: Place, role: Role) -> None:
    """Raises PermissionDenied: the role is above the author's own."""
    own = Role.OWNER if author.actor.administrator else place.role
    if own is None or role > own:
        raise PermissionDenied("A role above one's own cannot be given, changed or taken.", field="access_level")


def _check_expiry(expires_at: int | None) -> None:
    if expires_at is not None and expires_at <= now_ms():
        raise InvalidValue("The expiry must be in the future.", field="expires_at")


def _keep_an_owner(connection: Connection, place: Place, user_id: int) -> None:
    """A group keeps an owner; a project in a user's namespace keeps that user as its owner."""
    if isinstance(place, GroupFacts):
        if store_members.lock_owners_of_group(connection, place.id, now_ms()) <= 1:
            raise PermissionDenied("The group would have no owner any more.", field="user_id")
        return
    found = store.find(connection, ANONYMOUS, place.id, now_ms())
    home = None if found is None else store_groups.namespace_by_id(connection, found.namespace_id)
    if home is not None and home.user_id == user_id:
        raise PermissionDenied("The project is in this user's namespace, so they stay its owner.", field="user_id")


def _current(item: Member) -> bool:
    return item.expires_at is None or item.expires_at > now_ms()


def _key(place: Place) -> dict[str, int]:
    return {"project_id": place.id} if isinstance(place, ProjectFacts) else {"group_id": place.id}


def _record(connection: Connection, author: Author, action: str, place: Place, user: User, **details: object) -> None:
    change_made = Change(
        action=action, target_type="user", target_id=user.id, target=user.username, details=details, **_key(place)
    )
    audit.record(connection, author, change_made)
