"""Who a person of a provider is here: the account that is linked, or that becomes so, or a new one.

An identity is the pair of issuer and subject, and nothing else: usernames and addresses at a provider can be given to
somebody else. An address links an account only where the settings say so, the provider has verified it, and people
cannot set their own address here; never that of an administrator, which would be worth forging.
"""

import re
from itertools import count

from sqlalchemy import Connection

from shortlist.access.scope import Author
from shortlist.audit import service as audit
from shortlist.audit.types import Change
from shortlist.clock import now_ms
from shortlist.errors import AlreadyExists, InvalidValue, NotFound, PermissionDenied
from shortlist.identity import accounts, store, store_links
from shortlist.identity import service as identity
from shortlist.identity.types import LinkedIdentity, User
from shortlist.projects import service as projects
from shortlist.projects import store_groups
from shortlist.settings import SignInProvider
from shortlist.sign_in import granting
from shortlist.sign_in.types import Person, Problem, SignInFailed

_MAX_USERNAME = 64


def admit(connection: Connection, author: Author, provider: SignInProvider, person: Person) -> User:
    """The account of a person who signs in, with the roles that their groups have by now.

    Raises:
        SignInFailed: they may not sign in, or have no account and get none.
    """
    _check_allowed(provider, person)
    known = store_links.find(connection, provider.issuer, person.subject)
    if known is not None:
        user = identity.get_user(connection, known.user_id)
    else:
        user = _by_email(connection, provider, person) or _created(connection, author, provider, person)
        _link(connection, author, provider, person, user)
    if not user.active:
        raise SignInFailed(Problem.BLOCKED, f"the account {user.username} is {user.state}")
    if known is not None:
        store_links.note_use(connection, known.id, person.shown, now_ms())
    granting.refresh(connection, author, provider, user, person.groups)
    return identity.get_user(connection, user.id)


def link(connection: Connection, author: Author, provider: SignInProvider, person: Person) -> None:
    """Link an identity to the author's own account. Linking one that is linked to it already does nothing.

    Raises:
        SignInFailed: they may not sign in, or the identity is linked to another account.
    """
    _check_allowed(provider, person)
    user = identity.get_user(connection, author.actor.user_id or 0)
    known = store_links.find(connection, provider.issuer, person.subject)
    if known is not None and known.user_id != user.id:
        raise SignInFailed(Problem.LINKED_ELSEWHERE, "the identity is linked to another account")
    if known is None:
        _link(connection, author, provider, person, user)
    granting.refresh(connection, author, provider, user, person.groups)


def unlink(connection: Connection, author: Author, link_id: int, usable: frozenset[str]) -> None:
    """Take a linked identity from the author's own account, with the roles that came with it.

    `usable` are the issuers that people can sign in with.

    Raises:
        NotFound: it is not one of theirs. PermissionDenied: they could not sign in any more.
    """
    own = store_links.of_user(connection, author.actor.user_id or 0)
    gone = next((item for item in own if item.id == link_id), None)
    if gone is None:
        raise NotFound(f"There is no linked identity with id {link_id}.", field="identity")
    user = identity.get_user(connection, gone.user_id)
    others = [item for item in own if item.id != link_id]
    if not identity.has_password(connection, user.id) and not any(item.issuer in usable for item in others):
        raise PermissionDenied(
            "This is the only way into your account; an administrator can give it a password.", field="identity"
        )
    store_links.remove(connection, gone.id)
    if not any(item.issuer == gone.issuer for item in others):
        granting.withdraw(connection, author, gone.issuer, user)
    _record(connection, author, "identity:unlink", user, gone.issuer, gone.subject)


def identities(connection: Connection, user_id: int) -> list[LinkedIdentity]:
    return store_links.of_user(connection, user_id)


def _check_allowed(provider: SignInProvider, person: Person) -> None:
    domain = (person.email or "").rpartition("@")[2].lower()
    if provider.allowed_domains and domain not in {name.lower() for name in provider.allowed_domains}:
        raise SignInFailed(Problem.DOMAIN, f"the domain {domain!r} of {person.subject!r} is not allowed")
    if provider.allowed_groups and not person.groups & set(provider.allowed_groups):
        raise SignInFailed(Problem.GROUP, f"{person.subject!r} is in no allowed group")


def _by_email(connection: Connection, provider: SignInProvider, person: Person) -> User | None:
    """The account with the person's address, where an address is enough."""
    found = store.user_by_email(connection, person.email) if person.email else None
    if found is None:
        return None
    if provider.link_by_email and not found.administrator and not found.bot:
        return found
    raise SignInFailed(Problem.EMAIL_TAKEN, f"the account {found.username} has the address of {person.subject!r}")


def _created(connection: Connection, author: Author, provider: SignInProvider, person: Person) -> User:
    if not provider.create_accounts:
        raise SignInFailed(Problem.NO_ACCOUNT, f"{person.subject!r} has no account, and none may be made")
    username = _free_username(connection, person)
    new = accounts.NewAccount(username=username, name=_shown_name(person.name), email=person.email)
    try:
        made = accounts.create(connection, author, new)
        projects.ensure_user_namespace(connection, made)
    except (AlreadyExists, InvalidValue) as error:  # an address that is none, or a username taken meanwhile
        raise SignInFailed(
            Problem.REFUSED, f"no account can be made for {person.subject!r}: {error.message}"
        ) from None
    return made


def _shown_name(given: str) -> str:
    try:
        return identity.check_shown_name(given)
    except InvalidValue:
        return ""


def _free_username(connection: Connection, person: Person) -> str:
    """A username near the person's own, which neither a user nor a group has."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", person.username)[:_MAX_USERNAME]
    plain = re.sub(r"\.{2,}", ".", plain).strip("-.")
    try:
        base = identity.check_username(plain)
    except InvalidValue:
        base = "user"
    for number in count(1):
        wanted = base if number == 1 else f"{base}-{number}"
        taken = store.user_by_username(connection, wanted) or store_groups.namespace_by_path(connection, wanted)
        if taken is None:
            return wanted
    raise AssertionError("numbers do not end")


def _link(connection: Connection, author: Author, provider: SignInProvider, person: Person, user: User) -> None:
    now = now_ms()
    values = {
        "user_id": user.id,
        "issuer": provider.issuer,
        "subject": person.subject,
        "shown": person.shown,
        "created_at": now,
        "last_used_at": now,
    }
    if store_links.add(connection, values) is None:  # a second tab was quicker
        raise SignInFailed(Problem.STALE, "the identity was linked meanwhile")
    _record(connection, author, "identity:link", user, provider.issuer, person.subject)


def _record(connection: Connection, author: Author, action: str, user: User, issuer: str, subject: str) -> None:
    details = {"issuer": issuer, "subject": subject}
    change = Change(action=action, target_type="user", target_id=user.id, target=user.username, details=details)
    audit.record(connection, author, change)
