"""From a request's headers and path to a `Call` that may run: who asks, for what, in which project."""

from collections.abc import Mapping
from typing import Any

from shortlist.access.actions import GROUP_ACTIONS, PROJECT_ACTIONS, Action
from shortlist.access.policy import Outcome, decide
from shortlist.access.scope import ANONYMOUS, Actor, GroupFacts, GroupScope, ProjectFacts, Scope
from shortlist.errors import InsufficientScope, NotFound, PermissionDenied, Unauthenticated
from shortlist.http.resolver import Presented, Resolver, parse_authorization
from shortlist.http.security import UNSAFE_METHODS, check_csrf, check_origin

_HOW_TO_SIGN_IN = (
    "Credentials are needed. Create a personal access token in the browser (/-/user_settings/personal_access_tokens) "
    "or with `shortlist token create`, and set it as MLFLOW_TRACKING_TOKEN, or send it as "
    "`Authorization: Bearer <token>`."
)


class Authoriser:
    """Decides about each request. What it asks the database is cached for a moment by the resolver."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    async def actor(
        self, method: str, action: Action, headers: Mapping[str, str], reference: str | None, address: str
    ) -> Actor:
        """Who asks from this address; anonymous where nothing was presented. `reference` is as for `scope`.

        Raises:
            Unauthenticated: what was presented is not valid. PermissionDenied: a forged browser request.
        """
        presented = parse_authorization(headers)
        unsafe = method in UNSAFE_METHODS
        if presented.anonymous:
            if unsafe and action is Action.SERVER_PUBLIC:
                check_origin(headers)
            return ANONYMOUS
        actor = self._resolver.cached_actor(presented, reference)
        if actor is None:
            actor = await self._resolve(presented, action, reference, address)
        if unsafe and presented.session is not None and actor.user_id is not None:
            check_csrf(presented.session, headers)
        return actor

    async def _resolve(self, presented: Presented, action: Action, reference: str | None, address: str) -> Actor:
        try:
            return await self._resolver.actor(presented, reference, address)
        except Unauthenticated:
            # An expired cookie must not lock a browser out of the sign-in page.
            if presented.session is not None or action is Action.SERVER_PUBLIC:
                return ANONYMOUS
            raise

    async def scope(
        self, actor: Actor, action: Action, reference: str | None, address: str = ""
    ) -> Scope | GroupScope | None:
        """The scope of an allowed action; None for actions that are not inside a project or a group.

        `reference` is the project's or group's id or full path; None stands for the caller's default project.

        Raises:
            Unauthenticated, PermissionDenied, NotFound: what `policy.decide` says, as the surfaces answer it.
        """
        place: ProjectFacts | GroupFacts | None = None
        if action in PROJECT_ACTIONS:
            if reference is None:
                place = await self._resolver.default_project(actor)
            else:
                place = await self._resolver.project(actor, reference)
        elif action in GROUP_ACTIONS:
            place = await self._resolver.group(actor, reference or "")
        decision = decide(actor, action, place)
        match decision.outcome:
            case Outcome.ALLOWED:
                if isinstance(place, GroupFacts):
                    return GroupScope(actor=actor, action=action, group=place)
                return None if place is None else Scope(actor=actor, action=action, project=place, address=address)
            case Outcome.UNAUTHENTICATED:
                raise Unauthenticated(_HOW_TO_SIGN_IN)
            case Outcome.REFUSED:
                if decision.scopes:
                    raise InsufficientScope(decision.reason, decision.scopes)
                raise PermissionDenied(decision.reason)
            case Outcome.HIDDEN:
                raise NotFound(decision.reason)


def base_url(scope: Mapping[str, Any], headers: Mapping[str, str], external_url: str) -> str:
    """Scheme and host as the client sees them, without a slash at the end."""
    if external_url:
        return external_url.rstrip("/")
    return f"{scope.get('scheme', 'http')}://{headers.get('host', 'localhost')}"
