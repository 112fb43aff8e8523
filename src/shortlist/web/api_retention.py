"""A project's rule on which candidates are deleted by themselves, as the JSON API reads and changes it."""

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.clock import now_ms
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.retention import service
from shortlist.retention.types import Plan, Rule
from shortlist.web import operations

SHOWN = 200  # of the candidates that would go, an answer names so many
_PATH = f"{operations.PROJECT}/retention"


class Retention(msgspec.Struct):
    """The rule, null where every candidate is kept, and what it would delete now."""

    rule: Rule | None
    plan: Plan


class RetentionChange(msgspec.Struct):
    """The rule from now on; null keeps every candidate."""

    rule: Rule | None


class RetentionTrial(msgspec.Struct):
    rule: Rule


def get(call: Call, connection: Connection, _request: None) -> Retention:
    """Which candidates of the project are deleted by themselves, and what that would be now."""
    found = service.rule(connection, call.project)
    return Retention(found, Plan([]) if found is None else _plan(call, connection, found))


async def put(call: Call, request: RetentionChange) -> Retention:
    """Set the rule on which candidates are deleted by themselves, or end it."""

    def work(connection: Connection) -> None:
        service.set_rule(connection, call.author, call.project, request.rule)

    await call.services.database.write(work)
    return await call.services.database.read(lambda connection: get(call, connection, None))


def try_rule(call: Call, connection: Connection, request: RetentionTrial) -> Plan:
    """Say how many candidates a rule would delete now, and name the oldest; delete nothing."""
    service.check(request.rule)
    return _plan(call, connection, request.rule)


def _plan(call: Call, connection: Connection, rule: Rule) -> Plan:
    whole = service.plan(connection, call.project, rule, now_ms())
    return msgspec.structs.replace(whole, deleted=whole.deleted[:SHOWN])


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=_PATH,
        action=Action.EXPERIMENT_READ,
        mode=Mode.READ,
        handler=get,
        response=Retention,
        tags=("retention",),
    ),
    Endpoint(
        method="PUT",
        path=_PATH,
        action=Action.PROJECT_WRITE,
        mode=Mode.ASYNC,
        handler=put,
        request=RetentionChange,
        response=Retention,
        tags=("retention",),
    ),
    Endpoint(
        method="POST",
        path=f"{_PATH}/try",
        action=Action.EXPERIMENT_READ,
        mode=Mode.READ,
        handler=try_rule,
        request=RetentionTrial,
        response=Plan,
        tags=("retention",),
    ),
)
