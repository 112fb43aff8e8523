"""What a start needs before the first answer: the database, the services, and the operations that clients begin with.

Everything else (`app`) is imported while these answer. So nothing here may import numpy, or a surface as a whole; a
test holds the list.
"""

import sys
from concurrent.futures import Future
from dataclasses import dataclass

from shortlist import __version__
from shortlist.blobs.store import BlobStore
from shortlist.bootstrap import FirstStart, first_start
from shortlist.connected.client import GitLab
from shortlist.connected.job_tokens import JobTokens
from shortlist.connected.refresher import Refresher
from shortlist.db import migrate
from shortlist.db.database import Database
from shortlist.db.together import Together
from shortlist.errors import InvalidValue
from shortlist.health.readiness import Readiness
from shortlist.http.access_log import AccessLog
from shortlist.http.dispatch import Dispatcher
from shortlist.http.kernel import Operation
from shortlist.http.proxies import TrustedProxies
from shortlist.http.request_limit import RequestLimit
from shortlist.http.resolver import Resolver
from shortlist.http.room import Room
from shortlist.http.security import HostCheck
from shortlist.http.services import Services
from shortlist.identity.passwords import Hashed
from shortlist.identity.rate_limit import AttemptLimit, SignInLimits
from shortlist.instance.recent import RecentSettings
from shortlist.live.hub import Hub
from shortlist.meters import tracing
from shortlist.meters.meters import Meters
from shortlist.meters.tracing import Tracing
from shortlist.mlflow import first as mlflow
from shortlist.mlflow.surface import SURFACE as MLFLOW
from shortlist.packages.contents import Storage
from shortlist.packages.mover import Mover
from shortlist.packages.service import add_small
from shortlist.packages.signing import Signer
from shortlist.packages.uploads import Uploads
from shortlist.provenance.issuers import Issuers
from shortlist.provenance.verifier import Verifier
from shortlist.settings import Settings
from shortlist.sign_in.provider import Providers

_LOGGED_FROM = {"all": 0, "failures": 500, "none": 1000}


@dataclass(frozen=True, slots=True)
class Opened:
    """A server that answers its first operations. `app.finish` gives it all others and the background work."""

    asgi: Dispatcher
    services: Services
    storage: Storage
    first_start: FirstStart

    def stop_accepting(self) -> None:
        """Say that this process stops, end what would never end, and send clients elsewhere after their answer."""
        self.services.readiness.stop()
        self.asgi.stop()
        self.services.hub.close()

    def close(self) -> None:
        """Commit what was accepted."""
        self.services.hub.close()
        self.services.database.close()
        if self.services.meters.traces is not None:
            self.services.meters.traces.close()


def open_server(settings: Settings, first_password: "Future[Hashed] | None" = None) -> Opened:
    """Open the database and the object store, upgrade or check the schema, make what a first start needs.

    Args:
        first_password: that of the administrator of an empty database, where it is hashed already.

    Raises:
        InvalidValue, Unavailable: a setting that does not work, in one sentence.
    """
    migrate.prepare(settings.database_url)
    meters = Meters(_traces(settings))
    database = Database(settings.database_url, meters=meters)
    blobs = BlobStore.open(settings.artifacts_url, meters)
    limits = SignInLimits()
    verifier = Verifier(database, Issuers(settings.issuers), settings.external_url)
    gitlab = GitLab(settings.gitlab_url, settings.gitlab_token, meter=meters.gitlab) if settings.gitlab_url else None
    job_tokens = None if gitlab is None else JobTokens(gitlab)
    storage = Storage(database, blobs, settings.max_file_bytes)
    services = Services(
        settings=settings,
        meters=meters,
        database=database,
        blobs=blobs,
        readiness=Readiness(database, blobs),
        request_limit=RequestLimit(settings.requests_per_second),
        room=Room(max(settings.max_bodies_bytes, settings.max_body_bytes)),
        uploads=Uploads(storage, direct=settings.direct_transfers),
        small_uploads=Together(database, add_small),
        mover=Mover(storage, settings.small_file_bytes, settings.small_files_bytes),
        signer=Signer(database),
        hub=Hub(database, listen=settings.listen),
        resolver=Resolver(database, limits, verifier, job_tokens),
        verifier=verifier,
        gitlab=gitlab,
        refresher=Refresher(database, gitlab),
        providers=Providers(settings.sign_in_providers, settings.external_url),
        sign_in_limits=limits,
        code_guesses=AttemptLimit(5),
        instance=RecentSettings(database),
        sign_ups=AttemptLimit(20),
        password_guesses=AttemptLimit(10),
    )
    started = first_start(database, settings, first_password)
    return Opened(first_dispatcher(services), services, storage, started)


def first_dispatcher(services: Services) -> Dispatcher:
    """The first operations, behind the outermost checks."""
    settings = services.settings
    operations = [Operation(endpoint, MLFLOW, services) for endpoint in mlflow.FIRST]
    return Dispatcher(
        operations,
        operations[0],
        hosts=HostCheck(settings_hosts(settings)),
        log=AccessLog(json=not _on_terminal(settings), least_status=_LOGGED_FROM[settings.access_log]),
        proxies=TrustedProxies(settings.trusted_proxies),
        meters=services.meters,
    )


def settings_hosts(settings: Settings) -> tuple[str, ...]:
    """The host names that the settings allow, that of the external address included."""
    named = settings.external_url.split("://", 1)[-1].split("/", 1)[0]
    return (*settings.allowed_hosts, named) if named else settings.allowed_hosts


def _on_terminal(settings: Settings) -> bool:
    return settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())


def _traces(settings: Settings) -> Tracing | None:
    if not settings.trace_endpoint:
        return None
    try:
        return tracing.start(settings.trace_endpoint, __version__)
    except ModuleNotFoundError:
        raise InvalidValue(
            "Wrong setting trace_endpoint: it needs `pip install 'shortlist[otel]'`.", field="trace_endpoint"
        ) from None
