"""Tokens that a connected GitLab has given to its jobs: the GitLab is asked whose they are, and says so in a moment.

A token names nothing by itself, so each is looked up, and what was found is kept for a minute under its digest: that
is how long a job that has ended may go on. While GitLab is down, what it said is believed for ten minutes. Made-up
tokens must not become a flood of questions, so each address has a limit of those that GitLab does not know.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

from shortlist.connected import rules
from shortlist.connected.client import GitLab, Job, line
from shortlist.errors import RateLimited, Unauthenticated, Unavailable
from shortlist.identity import keys
from shortlist.identity.rate_limit import AttemptLimit
from shortlist.outbound import OutboundError
from shortlist.provenance import claims
from shortlist.provenance.systems import SYSTEMS
from shortlist.provenance.types import Facts, Identity

FRESH_SECONDS = 60.0
STALE_SECONDS = 600.0
_MAX_KEPT = 10_000
_MAX_UNKNOWN = 30
_MAX_TOKEN = 4_096
_REFUSED = (401, 403, 404)


class JobTokens:
    """Used on the event loop."""

    def __init__(self, gitlab: GitLab, clock: Callable[[], float] = time.monotonic) -> None:
        self._gitlab = gitlab
        self._clock = clock
        self._kept: OrderedDict[bytes, tuple[float, Identity | None]] = OrderedDict()
        self._unknown = AttemptLimit(_MAX_UNKNOWN)

    async def identity(self, token: str, address: str) -> Identity:
        """Which job presents a token, from this address.

        Raises:
            Unauthenticated: GitLab does not know it, or its job does not run. Unavailable: GitLab does not answer.
            RateLimited: too many unknown tokens from there of late.
        """
        if len(token) > _MAX_TOKEN or not (token.isascii() and token.isprintable()):
            raise Unauthenticated("This is no token of a GitLab job.")
        digest, now = keys.digest(token), self._clock()
        at, known = self._kept.get(digest, (float("-inf"), None))
        if now - at < FRESH_SECONDS:
            return _or_refuse(known)
        if known is None and self._unknown.reached(address):
            raise RateLimited("Too many tokens from here that GitLab does not know; wait up to ten minutes.")
        try:
            found = await self._ask(token)
        except OutboundError as error:
            if error.status not in _REFUSED:
                if known is not None and now - at < STALE_SECONDS:
                    return known
                raise Unavailable(f"GitLab cannot say whose job token this is: {error.reason}.") from None
            found = None
        if found is None:
            self._unknown.failed(address)
        self._kept[digest] = (now, found)
        self._kept.move_to_end(digest)
        while len(self._kept) > _MAX_KEPT:
            self._kept.popitem(last=False)
        return _or_refuse(found)

    async def _ask(self, token: str) -> Identity | None:
        """None for a job that does not run: its token is worth nothing any more. Raises OutboundError."""
        job = await self._gitlab.job_of_token(token)
        if job.status != "running":
            return None
        try:
            project = await self._gitlab.project(job.pipeline.project_id)
        except OutboundError as error:
            # The job is real; that our own token may not see its project is not the job's fault.
            raise OutboundError(f"it does not show the job's project ({error.reason})") from None
        return identity_of(self._gitlab.url, job, line(project.path_with_namespace))


def identity_of(url: str, job: Job, project: str) -> Identity:
    """A running job as rules are compared with it."""
    system = SYSTEMS[rules.SYSTEM]
    full_ref = full_ref_of(job)
    facts = Facts(
        system=system.name,
        server=url,
        project=project,
        project_id=str(job.pipeline.project_id),
        job=str(job.id),
        job_name=line(job.name),
        pipeline=str(job.pipeline.id),
        pipeline_source=line(job.pipeline.source),
        merge_request=rules.merge_request_of_ref(full_ref),
        ref="" if rules.merge_request_of_ref(full_ref) else line(job.ref),
        sha=line(job.commit.id if job.commit else ""),
        user=line(job.user.username if job.user else ""),
        user_name=line(job.user.name if job.user else ""),
    )
    return Identity(
        issuer=url,
        project=project,
        project_id=str(job.pipeline.project_id),
        full_ref=full_ref,
        environment="",
        facts=claims.with_links(system, facts),
        token_id="",
    )


def full_ref_of(job: Job) -> str:
    """The full ref of a job. A branch may be named `refs/tags/v1` by whoever can push one, and stays a branch."""
    if job.tag:
        return f"refs/tags/{job.ref}"
    of_merge_request = job.pipeline.source == "merge_request_event" and rules.merge_request_of_ref(job.ref)
    return job.ref if of_merge_request else f"refs/heads/{job.ref}"


def _or_refuse(found: Identity | None) -> Identity:
    if found is None:
        raise Unauthenticated("GitLab knows no running job with this token.")
    return found
