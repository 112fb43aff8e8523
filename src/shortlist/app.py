"""The composition root: endpoint tables and background work come to an opened server, and make it the application."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from shortlist.access.actions import Action
from shortlist.http.dispatch import Dispatcher
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.http.kernel import Operation
from shortlist.http.openapi import document
from shortlist.http.services import Late, Services
from shortlist.http.surface import Surface
from shortlist.identity.shared_attempts import SharedAttempts
from shortlist.meters.siblings import Siblings
from shortlist.metrics import cold
from shortlist.metrics.cooler import Cooler
from shortlist.metrics.folder import Folder
from shortlist.mlflow import endpoints as mlflow
from shortlist.mlflow.surface import SURFACE as MLFLOW
from shortlist.opening import Opened, first_dispatcher, open_server
from shortlist.packages.sweeper import Sweeper
from shortlist.projects.purger import Purger
from shortlist.ranking.ahead import Ahead
from shortlist.ranking.snapshots import Snapshots
from shortlist.retention.keeper import Keeper
from shortlist.settings import Settings
from shortlist.tracking.together import CandidateWrites
from shortlist.v4 import endpoints as v4
from shortlist.v4.surface import SURFACE as V4
from shortlist.web import api, pages, probes
from shortlist.web.assets import Assets
from shortlist.web.surface import SURFACE as WEB

_HOUR_MS = 60 * 60 * 1000


@dataclass(slots=True)
class Application:
    """A running server without its socket. `close` commits what was accepted and stops every thread."""

    opened: Opened
    sweeper: Sweeper
    purger: Purger
    attempts: SharedAttempts
    keeper: Keeper
    cooler: Cooler

    @property
    def asgi(self) -> Dispatcher:
        return self.opened.asgi

    @property
    def services(self) -> Services:
        return self.opened.services

    def stop_background(self) -> None:
        """Return when nothing is done any more that nobody asked for."""
        self.purger.stop()
        if self.services.siblings is not None:
            self.services.siblings.stop()
        self.services.hub.close()
        self.services.refresher.stop()
        self.attempts.stop()
        self.keeper.stop()
        self.cooler.stop()
        self.sweeper.stop()
        self.services.mover.stop()
        self.services.folder.stop()

    def close(self) -> None:
        self.stop_background()
        self.opened.close()


class Sibling(NamedTuple):
    """One of several server processes on a port: its number, and the folder where they leave their figures."""

    number: int
    folder: Path


def build(settings: Settings) -> Application:
    """All of it at once. Raises as `open_server`."""
    return finish(open_server(settings))


def finish(opened: Opened, sibling: Sibling | None = None) -> Application:
    """Begin the background work, and answer every operation; in any thread."""
    services = opened.services
    settings, database = services.settings, services.database
    cold.attach(database, lambda: services.blobs)
    services.late = Late(Folder(database), Snapshots(), CandidateWrites(database), Ahead(database))
    services.folder.start()
    purger = Purger(database)
    purger.start()
    attempts = _shared(services)
    attempts.start()
    keeper = Keeper(database, settings.purge_after_days)
    keeper.start()
    cooler = Cooler(database, services.blobs, settings.cool_after_days)
    cooler.start()
    if sibling is not None:
        services.siblings = Siblings(sibling.folder, sibling.number, lambda: probes.of_process(services))
        services.siblings.write()
        services.siblings.start()
    services.hub.start()
    services.refresher.start()
    sweeper = Sweeper(opened.storage, settings.keep_deleted_hours * _HOUR_MS)
    sweeper.start()
    services.mover.start()
    _complete(opened.asgi, services)
    return Application(opened, sweeper=sweeper, purger=purger, attempts=attempts, keeper=keeper, cooler=cooler)


def _shared(services: Services) -> SharedAttempts:
    """The limits that hold for all processes together."""
    limits = {
        "login": services.sign_in_limits.by_login,
        "address": services.sign_in_limits.by_address,
        "code": services.code_guesses,
        "sign up": services.sign_ups,
        "password": services.password_guesses,
    }
    return SharedAttempts(services.database, limits)


def dispatcher(services: Services) -> Dispatcher:
    """Every operation of every surface, behind the outermost checks."""
    made = first_dispatcher(services)
    _complete(made, services)
    return made


def _complete(first: Dispatcher, services: Services) -> None:
    assets = Assets()
    page_surface = pages.surface(assets, services.providers.all())
    page_endpoints = pages.Pages(assets).endpoints()

    def bind(endpoints: Iterable[Endpoint], surface: Surface) -> list[Operation]:
        return [Operation(endpoint, surface, services) for endpoint in endpoints]

    first.complete(
        bind(mlflow.MOUNTED, MLFLOW),
        [
            *bind(v4.ENDPOINTS, V4),
            *bind((*api.ENDPOINTS, _OPENAPI), WEB),
            *bind(page_endpoints, page_surface),
        ],
    )


def all_endpoints() -> list[tuple[Surface, Endpoint]]:
    """Every endpoint with its surface, for documents and for tests that visit all of them."""
    assets = Assets()
    page_surface = pages.surface(assets)
    return [
        *((MLFLOW, endpoint) for endpoint in mlflow.MOUNTED),
        *((V4, endpoint) for endpoint in v4.ENDPOINTS),
        *((WEB, endpoint) for endpoint in (*api.ENDPOINTS, _OPENAPI)),
        *((page_surface, endpoint) for endpoint in pages.Pages(assets).endpoints()),
    ]


async def openapi(_call: Call | None = None, _request: None = None) -> dict[str, Any]:
    """This document: every JSON operation, as OpenAPI 3.1."""
    tables = (*mlflow.MOUNTED, *v4.ENDPOINTS, *api.ENDPOINTS)
    listed = [endpoint for endpoint in tables if not endpoint.path.startswith("/ajax")]
    return document(listed)


_OPENAPI = Endpoint(
    method="GET", path="/-/openapi.json", action=Action.SERVER_PUBLIC, mode=Mode.ASYNC, handler=openapi
)
