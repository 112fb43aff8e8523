"""What orchestrators, proxies and Prometheus ask. Paths are from the root."""

import hmac
import ipaddress
from collections.abc import Sequence
from time import time

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from shortlist.access.actions import Action
from shortlist.errors import DomainError, InvalidValue, PermissionDenied, Unauthenticated
from shortlist.health.types import Finding, Level
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.http.proxies import FORWARDING_HEADERS
from shortlist.http.services import Services
from shortlist.meters import families
from shortlist.meters.families import Family, gauge
from shortlist.metrics import store as metrics
from shortlist.metrics.store_cold import amount


class Ready(msgspec.Struct):
    status: str
    checks: list[Finding]


async def liveness(_call: Call, _request: Request) -> Response:
    """Whether the process answers."""
    return PlainTextResponse("OK")


async def readiness(call: Call, request: Request) -> Response:
    """Whether the server can do its work: 503 and the reason if not. `?of=database` leaves out the object store."""
    wanted = [word for word in request.query_params.get("of", "").split(",") if word]
    known = call.services.readiness.subjects
    if not set(wanted) <= set(known):
        raise InvalidValue(f"Ask for {' or '.join(known)}.", field="of")
    found = await call.services.readiness.look(wanted)
    fine = all(finding.level is Level.OK for finding in found)
    body = msgspec.json.encode(Ready("ok" if fine else "not ready", found))
    return Response(body, 200 if fine else 503, {"cache-control": "no-store"}, "application/json")


async def metrics_text(call: Call, _request: Request) -> Response:
    """What the server counts, for Prometheus: for this machine itself, or with the token that the settings name."""
    _may_read_metrics(call)
    found = of_process(call.services)
    if call.services.siblings is not None:
        found = call.services.siblings.together(found)
    found += await _of_installation(call.services)
    return Response(families.render(found), media_type=families.CONTENT_TYPE, headers={"cache-control": "no-store"})


def _may_read_metrics(call: Call) -> None:
    token = call.services.settings.metrics_token
    if token:
        given = call.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise Unauthenticated(
                "The metrics need `Authorization: Bearer` with the token of SHORTLIST_METRICS_TOKEN."
            )
    elif not _is_of_this_machine(call):
        raise PermissionDenied("The metrics are for this machine; set SHORTLIST_METRICS_TOKEN to read them elsewhere.")


def _is_of_this_machine(call: Call) -> bool:
    """A request that a proxy on this machine passes on comes from somewhere else."""
    if any(name in call.headers for name in FORWARDING_HEADERS):
        return False
    try:
        return ipaddress.ip_address(call.address).is_loopback
    except ValueError:
        return False


def of_process(services: Services) -> list[Family]:
    """What this process has counted, and what it holds now. From any thread."""
    database = services.database
    return [
        *families.of_process(services.meters),
        gauge("shortlist_write_queue_jobs", "Changes that wait for a writer.", [({}, database.waiting_writes)]),
        gauge("shortlist_event_streams", "Open pages that wait for news.", [({}, services.hub.open)]),
        gauge(
            "shortlist_listening",
            "Whether notices of other processes arrive at once.",
            [({}, int(services.hub.hears))],
        ),
        gauge("shortlist_database_connections", "Connections in use.", [({}, database.connections_in_use)]),
    ]


async def _of_installation(services: Services) -> list[Family]:
    """What is looked up when it is asked for. What the database does not say is left out."""
    database = services.database
    found = [
        gauge("shortlist_ready", "Whether each part can do its work.", _ready(await services.readiness.look())),
    ]
    try:
        waiting, cold = await database.read(lambda connection: (metrics.waiting(connection), amount(connection)))
    except DomainError:
        return found
    lag = 0.0 if waiting.oldest_ms is None else max(0.0, time() - waiting.oldest_ms / 1000)
    return [
        *found,
        gauge("shortlist_fold_waiting_rows", "Log rows to fold, counted up to a limit.", [({}, waiting.rows)]),
        gauge("shortlist_fold_lag_seconds", "Age of the oldest log row that is not folded.", [({}, lag)]),
        gauge("shortlist_cold_points", "Points in files of the object store.", [({}, cold.points)]),
        gauge("shortlist_cold_bytes", "Bytes of these files.", [({}, cold.size)]),
    ]


def _ready(findings: Sequence[Finding]) -> list[tuple[dict[str, str], float]]:
    return [({"check": finding.subject}, finding.level is Level.OK) for finding in findings]


def _get(path: str, handler: object) -> Endpoint:
    return Endpoint(
        method="GET",
        path=path,
        action=Action.SERVER_PUBLIC,
        mode=Mode.STREAM,
        asks_nobody=True,
        handler=handler,  # pyright: ignore[reportArgumentType] - one of the three above
        tags=("operation",),
    )


ENDPOINTS = (
    _get("/-/liveness", liveness),
    _get("/-/readiness", readiness),
    _get("/-/metrics", metrics_text),
)
