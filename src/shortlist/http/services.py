"""What handlers reach through `call.services`: built once by `app`, passed down, never a module global."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shortlist.db.database import Database
from shortlist.http.request_limit import RequestLimit
from shortlist.http.room import Room
from shortlist.meters.meters import Meters
from shortlist.settings import Settings

if TYPE_CHECKING:
    from shortlist.blobs.store import BlobStore
    from shortlist.connected.client import GitLab
    from shortlist.connected.refresher import Refresher
    from shortlist.db.together import Together
    from shortlist.health.readiness import Readiness
    from shortlist.http.resolver import Resolver
    from shortlist.identity.rate_limit import AttemptLimit, SignInLimits
    from shortlist.instance.recent import RecentSettings
    from shortlist.live.hub import Hub
    from shortlist.meters.siblings import Siblings
    from shortlist.metrics.folder import Folder
    from shortlist.packages.mover import Mover
    from shortlist.packages.signing import Signer
    from shortlist.packages.targets import SmallUpload
    from shortlist.packages.types import PackageFile
    from shortlist.packages.uploads import Uploads
    from shortlist.provenance.verifier import Verifier
    from shortlist.ranking.ahead import Ahead
    from shortlist.ranking.snapshots import Snapshots
    from shortlist.sign_in.provider import Providers
    from shortlist.tracking.together import CandidateWrites


@dataclass(slots=True)
class Late:
    """Services whose modules take long to import, and which the first answers of a start do without (`opening`)."""

    folder: "Folder"
    snapshots: "Snapshots"  # orders that pages of ranked candidates were cut from
    candidate_writes: "CandidateWrites"
    ahead: "Ahead"


@dataclass(slots=True)
class Services:
    settings: Settings
    meters: Meters
    database: Database
    blobs: "BlobStore"
    uploads: "Uploads"
    small_uploads: "Together[SmallUpload, PackageFile]"
    mover: "Mover"
    signer: "Signer"
    hub: "Hub"
    resolver: "Resolver"
    verifier: "Verifier"
    gitlab: "GitLab | None"  # the one that this server is connected to
    refresher: "Refresher"
    providers: "Providers"  # that people sign in with
    sign_in_limits: "SignInLimits"
    code_guesses: "AttemptLimit"  # of codes of a second factor, by account
    instance: "RecentSettings"  # what administrators set while the server runs
    sign_ups: "AttemptLimit"  # accounts that an address made
    readiness: "Readiness"
    password_guesses: "AttemptLimit"  # of people who change their own password: a stolen session must not try many
    request_limit: RequestLimit = field(default_factory=lambda: RequestLimit(0))
    room: Room = field(default_factory=lambda: Room(Settings().max_bodies_bytes))  # for bodies of requests
    siblings: "Siblings | None" = None  # the other server processes on this port
    late: Late | None = None

    @property
    def folder(self) -> "Folder":
        return self._late.folder

    @property
    def snapshots(self) -> "Snapshots":
        return self._late.snapshots

    @property
    def candidate_writes(self) -> "CandidateWrites":
        return self._late.candidate_writes

    @property
    def ahead(self) -> "Ahead":
        return self._late.ahead

    @property
    def _late(self) -> Late:
        if self.late is None:
            raise RuntimeError("an operation that answers first uses a service that comes later")
        return self.late
