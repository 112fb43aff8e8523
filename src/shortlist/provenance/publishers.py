"""Trusted publishers: which CI jobs may act in a project, without a secret of ours. Functions run in a transaction."""

import msgspec
from sqlalchemy import Connection

from shortlist.access.roles import Role
from shortlist.access.scope import Author, ProjectFacts
from shortlist.audit import service as audit
from shortlist.audit.types import Change
from shortlist.clock import now_ms
from shortlist.db.counters import take
from shortlist.errors import AlreadyExists, InvalidValue, NotFound
from shortlist.identity import accounts
from shortlist.projects import access_tokens, members, store_members
from shortlist.projects import service as projects
from shortlist.provenance import rules, store
from shortlist.provenance.types import NewPublisher, Publisher


def listed(connection: Connection, place: ProjectFacts) -> list[Publisher]:
    """The rules of a project, by id."""
    return store.publishers(connection, place.id)


def get(connection: Connection, place: ProjectFacts, publisher_id: int) -> Publisher:
    for rule in store.publishers(connection, place.id):
        if rule.id == publisher_id:
            return rule
    raise NotFound(f"There is no trusted publisher {publisher_id} in this project.", field="publisher")


def create(connection: Connection, author: Author, place: ProjectFacts, new: NewPublisher) -> Publisher:
    """Trust the jobs of a CI project. The caller has checked that the server asks the issuer (`Issuers.check`).

    Raises:
        InvalidValue: a rule that is malformed or too wide, or too many of them. AlreadyExists: the same rule is there.
        PermissionDenied: a role above the author's own.
    """
    rules.check(new)
    members.check_own_role(author, place, new.role)
    known = store.publishers(connection, place.id)
    if len(known) >= rules.MAX_PUBLISHERS:
        raise InvalidValue(f"A project has at most {rules.MAX_PUBLISHERS} trusted publishers.", field="ci_project")
    if any(_same(rule, new) for rule in known):
        raise AlreadyExists("This CI project is trusted so already.", field="ci_project")
    bot_id = access_tokens.make_bot(connection, place, f"CI of {new.ci_project}"[:255])
    projects.set_member(connection, place.id, bot_id, new.role)
    publisher_id = take(connection, place.id, "publisher")
    values = msgspec.structs.asdict(new)
    store.add_publisher(
        connection,
        place.id,
        {
            **values,
            "id": publisher_id,
            "ci_project_key": new.ci_project.lower(),
            "role": int(new.role),
            "bot_id": bot_id,
            "created_at": now_ms(),
            "created_by": author.actor.user_id,
        },
    )
    made = get(connection, place, publisher_id)
    _record(connection, author, "publisher:create", made)
    return made


def delete(connection: Connection, author: Author, place: ProjectFacts, publisher_id: int) -> None:
    """Trust a CI project no longer. What its jobs have made stays, under the name of their bot.

    Raises:
        NotFound: no such rule. PermissionDenied: it grants a role above the author's own.
    """
    rule = get(connection, place, publisher_id)
    members.check_own_role(author, place, rule.role)
    store.remove_publisher(connection, place.id, publisher_id)
    store_members.remove_everywhere(connection, rule.bot_id)
    accounts.erase(connection, rule.bot_id)
    _record(connection, author, "publisher:delete", rule)


def _same(rule: Publisher, new: NewPublisher) -> bool:
    return (rule.issuer, rule.ci_project.lower(), rule.ref, rule.environment, rule.role) == (
        new.issuer,
        new.ci_project.lower(),
        new.ref,
        new.environment,
        new.role,
    )


def parse_role(word: str) -> Role:
    """Raises InvalidValue: not a role."""
    found = Role.__members__.get(word.upper())
    if found is None:
        raise InvalidValue(f"{word[:100]!r} is no role.", field="role")
    return found


def _record(connection: Connection, author: Author, action: str, rule: Publisher) -> None:
    audit.record(
        connection,
        author,
        Change(
            action=action,
            target_type="trusted_publisher",
            target_id=rule.id,
            target=rule.ci_project,
            project_id=rule.project_id,
            details={
                "issuer": rule.issuer,
                "ref": rule.ref,
                "environment": rule.environment,
                "role": rule.role.name.lower(),
            },
        ),
    )
