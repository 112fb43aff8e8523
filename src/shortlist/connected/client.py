"""GitLab's REST API (version 4), as far as it is asked: jobs, pipelines, merge requests, notes.

Every request is limited in time and size and follows no redirect (`outbound`). The token never leaves in an address.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from shortlist import outbound
from shortlist.meters.meter import PeerMeter
from shortlist.outbound import Limits, OutboundError

T = TypeVar("T")
Ask = Callable[..., Awaitable[Any]]

_LIMITS = Limits(max_bytes=4 * 1024 * 1024)  # a merge request's description may have a megabyte
_PICTURE = Limits(max_bytes=256 * 1024)
_PAGE = 100
_MAX_TEXT = 1_000


class Person(msgspec.Struct, frozen=True):
    username: str = ""
    name: str = ""
    avatar_url: str | None = None


class Commit(msgspec.Struct, frozen=True):
    id: str = ""


class JobPipeline(msgspec.Struct, frozen=True):
    id: int
    project_id: int
    source: str | None = None


class Job(msgspec.Struct, frozen=True):
    """GitLab's documentation, "Jobs API"."""

    id: int
    status: str
    pipeline: JobPipeline
    name: str = ""
    ref: str = ""
    tag: bool = False
    duration: float | None = None
    created_at: str | None = None
    user: Person | None = None
    commit: Commit | None = None


class Pipeline(msgspec.Struct, frozen=True):
    """GitLab's documentation, "Pipelines API"."""

    id: int
    project_id: int
    status: str
    source: str | None = None
    ref: str = ""
    sha: str = ""
    duration: float | None = None
    created_at: str | None = None
    user: Person | None = None


class MergeRequest(msgspec.Struct, frozen=True):
    """GitLab's documentation, "Merge requests API"."""

    iid: int
    title: str
    state: str
    source_branch: str = ""
    target_branch: str = ""
    source_project_id: int | None = None
    draft: bool = False
    created_at: str | None = None
    author: Person | None = None


class Project(msgspec.Struct, frozen=True):
    id: int
    path_with_namespace: str


class Version(msgspec.Struct, frozen=True):
    version: str


class Note(msgspec.Struct, frozen=True):
    id: int
    body: str = ""


class GitLab:
    """One instance. `url` has no slash at its end. Every method raises OutboundError: it gave no usable answer."""

    def __init__(self, url: str, token: str, ask: Ask = outbound.ask_json, *, meter: PeerMeter | None = None) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._ask = ask
        self._meter = meter or PeerMeter()

    async def version(self) -> Version:
        """Answered only to whom GitLab knows."""
        return await self._get("version", Version)

    async def job(self, project: str, number: str) -> Job:
        return await self._get(f"{_of(project)}/jobs/{_part(number)}", Job)

    async def pipeline(self, project: str, number: str) -> Pipeline:
        return await self._get(f"{_of(project)}/pipelines/{_part(number)}", Pipeline)

    async def merge_request(self, project: str, number: str) -> MergeRequest:
        return await self._get(f"{_of(project)}/merge_requests/{_part(number)}", MergeRequest)

    async def merge_requests_of(self, project: str, sha: str) -> list[MergeRequest]:
        """The merge requests that have a commit in them."""
        path = f"{_of(project)}/repository/commits/{_part(sha)}/merge_requests"
        return await self._get(path, list[MergeRequest])

    async def project(self, number: int) -> Project:
        return await self._get(f"projects/{number}", Project)

    async def job_of_token(self, token: str) -> Job:
        """The job whose own token this is, while it runs."""
        return await self._get("job", Job, headers={"job-token": token})

    async def picture(self, address: str) -> bytes:
        """What is at an address of this GitLab that everybody may see, so it is asked without the token."""
        return await outbound.get_bytes(address, headers={"accept": "image/*"}, limits=_PICTURE)

    async def notes(self, project: str, number: str, page: int) -> list[Note]:
        """A page of at most 100 comments on a merge request, the oldest first; a short page is the last."""
        path = f"{_of(project)}/merge_requests/{_part(number)}/notes"
        return await self._get(f"{path}?sort=asc&per_page={_PAGE}&page={page}", list[Note])

    async def write_note(self, project: str, number: str, body: str, note: int | None = None) -> None:
        """Comment on a merge request, or renew a comment."""
        path = f"{_of(project)}/merge_requests/{_part(number)}/notes"
        method, path = ("POST", path) if note is None else ("PUT", f"{path}/{note}")
        await self._send(method, path, headers=self._headers(), body={"body": body})

    def _headers(self) -> dict[str, str]:
        return {"private-token": self._token} if self._token else {}

    async def _get(self, path: str, kind: type[T], *, headers: Mapping[str, str] | None = None) -> T:
        sent = self._headers() if headers is None else headers
        found = await self._send("GET", path, headers=sent, limits=_LIMITS)
        try:
            return msgspec.convert(found, kind)
        except msgspec.ValidationError:
            raise OutboundError("its answer has another shape than GitLab's") from None

    async def _send(self, method: str, path: str, *, headers: Mapping[str, str], **sent: Any) -> Any:
        try:
            found = await self._ask(method, f"{self.url}/api/v4/{path}", headers=headers, **sent)
        except OutboundError as error:
            self._count(error, ours=headers == self._headers())
            raise
        self._meter.answered()
        return found

    def _count(self, error: OutboundError, *, ours: bool) -> None:
        """That something is not there is an answer, and so is that somebody else's token is unknown."""
        if error.status in (403, 404) or (error.status == 401 and not ours):
            self._meter.answered("missing")
        elif error.unreachable:
            self._meter.failed("unreachable")
        else:
            self._meter.failed({401: "refused", 429: "limited"}.get(error.status or 0, "failed"))


def line(text: str | None) -> str:
    """A text of GitLab's as one line that can be shown: title, name or ref."""
    return "".join(letter for letter in " ".join((text or "").split()) if letter.isprintable())[:_MAX_TEXT]


def moment(text: str | None) -> int:
    """A time of GitLab's in milliseconds since 1970; 0 for none."""
    try:
        return 0 if text is None else int(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        return 0


def _of(project: str) -> str:
    return f"projects/{_part(project)}"


def _part(text: str) -> str:
    """A part of an address: whatever it says, it stays one part."""
    return "%2E" * len(text) if text in (".", "..") else quote(text, safe="")
