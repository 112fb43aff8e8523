"""From the identity token of a CI job to a caller: the token is verified, and a project's rule lets the job in."""

import time
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.roles import Credential
from shortlist.access.scope import ANONYMOUS, Actor, Proof
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.errors import Unauthenticated
from shortlist.identity import store as identity_store
from shortlist.projects import store as projects_store
from shortlist.provenance import claims, rules, store, tokens
from shortlist.provenance.issuers import Issuers
from shortlist.provenance.systems import SYSTEMS
from shortlist.provenance.types import Identity, Publisher

_USED_AGAIN = 60 * 60_000


class Use(msgspec.Struct, frozen=True):
    """A write: this rule was used now."""

    project_id: int
    publisher_id: int
    ci_project_id: str

    def __call__(self, connection: Connection) -> None:
        store.note_use(connection, self.project_id, self.publisher_id, now_ms(), self.ci_project_id)


class Verifier:
    """`audience` is this server's address, which a token must be for; without one no token can be accepted."""

    def __init__(self, database: Database, issuers: Issuers, audience: str) -> None:
        self._database = database
        self.issuers = issuers
        self.audience = audience

    async def actor(self, token: str, reference: int | str | None) -> tuple[Actor, Use | None]:
        """Who a token lets in. `reference` is the id or full path of the project that is asked for, None for none.

        A job that only another project trusts is a caller of that project, who sees nothing of this one.

        Raises:
            Unauthenticated: the token is not valid, or no rule lets the job in; the message says what is wrong.
            Unavailable: the issuer's keys cannot be fetched.
        """
        if not self.audience:
            raise Unauthenticated(
                "This server does not know its own address, so it cannot tell whether a CI token is for it: an "
                "administrator sets SHORTLIST_EXTERNAL_URL."
            )
        said = tokens.peek(token)
        key = await self.issuers.key(said.issuer, said.kid)
        verified = tokens.verify(token, key, issuer=said.issuer, audience=self.audience, now=int(time.time()))
        return await self._admit(said.issuer, identities(said.issuer, verified), reference)

    async def admit(self, who: Identity, reference: int | str | None) -> tuple[Actor, Use | None]:
        """The same for a job that its CI system has vouched for in another way.

        Raises:
            Unauthenticated: no rule lets the job in.
        """
        return await self._admit(who.issuer, [(who.facts.system, who)], reference)

    async def _admit(
        self, issuer: str, found: Sequence[tuple[str, Identity]], reference: int | str | None
    ) -> tuple[Actor, Use | None]:
        return await self._database.read(lambda connection: _admitted(connection, issuer, found, reference))


def identities(issuer: str, verified: Mapping[str, object]) -> list[tuple[str, Identity]]:
    """Who a verified token may speak for: as each CI system reads its claims, by the system's name."""
    found: list[tuple[str, Identity]] = []
    for system in SYSTEMS.values():
        try:
            found.append((system.name, claims.identity(system, issuer, verified)))
        except Unauthenticated:
            continue
    return found


def _admitted(
    connection: Connection, issuer: str, found: Sequence[tuple[str, Identity]], reference: int | str | None
) -> tuple[Actor, Use | None]:
    reasons: list[str] = []
    accepted: list[tuple[Publisher, Identity]] = []
    for system, who in found:
        for rule in store.publishers_for(connection, issuer, who.project):
            if rule.system != system:
                continue
            refusal = rules.refusal(rule, who)
            if refusal:
                reasons.append(refusal)
            else:
                accepted.append((rule, who))
    if not accepted:
        why = reasons[0] if reasons else f"no project here trusts this CI project of {issuer}"
        raise Unauthenticated(f"The CI token is valid, but {why}. A Maintainer adds a trusted publisher.")
    rule, who = _choose(connection, accepted, reference)
    return _caller(connection, rule, who)


def _choose(
    connection: Connection, accepted: Sequence[tuple[Publisher, Identity]], reference: int | str | None
) -> tuple[Publisher, Identity]:
    """The rule of the project that is asked for, with the highest role; else that of any."""
    found = None if reference is None else projects_store.find(connection, ANONYMOUS, reference, now_ms())
    wanted = None if found is None else found.id
    return max(accepted, key=lambda pair: (pair[0].project_id == wanted, pair[0].role))


def _caller(connection: Connection, rule: Publisher, who: Identity) -> tuple[Actor, Use | None]:
    bot = identity_store.user_by_id(connection, rule.bot_id)
    if bot is None or not bot.active:
        raise Unauthenticated("The CI token is valid, but the user that stands for its jobs is blocked.")
    facts = {name: value for name, value in msgspec.structs.asdict(who.facts).items() if value}
    actor = Actor(
        user_id=bot.id,
        username=bot.username,
        name=bot.name,
        credential=Credential.CI,
        bot=True,
        proof=Proof(who.issuer, rule.project_id, rule.id, who.token_id, facts),
    )
    known = rule.last_used_at is not None and rule.last_used_at > now_ms() - _USED_AGAIN
    return actor, None if known else Use(rule.project_id, rule.id, who.project_id)
