"""Asks the connected GitLab in the background: one thread, one question at a time, with back-off when it is down."""

import asyncio
import contextlib
import threading
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from shortlist.clock import now_ms
from shortlist.connected import avatars, lookups, rules, store
from shortlist.connected.client import GitLab, line, moment
from shortlist.connected.types import Key, Looked, Lookup
from shortlist.db.database import Database
from shortlist.errors import DomainError
from shortlist.logs import get_logger
from shortlist.outbound import OutboundError

_log = get_logger(__name__)

_LOOK_SECONDS = 5.0
_BATCH = 20
_MAX_SEEN = 10_000
_CLAIMED_MS = 60_000
# A transaction may commit a while after the moment that it noted.
_OVERLAP_MS = 60_000
_LOOK_BACK_MS = 7 * 24 * 60 * 60_000
_MAX_NEW = 1_000


class Refresher:
    """Without a GitLab it does nothing. `seen` may be called from any thread; `work` is one round, for tests."""

    def __init__(self, database: Database, gitlab: GitLab | None) -> None:
        self._database = database
        self._gitlab = gitlab
        self._seen: set[tuple[int, int]] = set()
        self._lock = threading.Lock()
        self._since = now_ms() - _LOOK_BACK_MS
        self._failures = 0
        self._paused_until = 0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._woken: asyncio.Event | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        if self._gitlab is not None:
            self._thread = threading.Thread(target=self._run, name="gitlab", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop at once, in the middle of a question if there is one: the next start asks it again."""
        self._stopping.set()
        loop, task = self._loop, self._task
        if loop is not None and task is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(task.cancel)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def seen(self, project_id: int, iids: list[int]) -> None:
        """Somebody looks at these candidates, so what is known of their jobs should be fresh."""
        if self._gitlab is None or not iids:
            return
        with self._lock:
            if len(self._seen) < _MAX_SEEN:
                self._seen.update((project_id, iid) for iid in iids)
        loop, woken = self._loop, self._woken
        if loop is not None and woken is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(woken.set)

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._main())

    async def _main(self) -> None:
        self._woken = asyncio.Event()
        self._task = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            self._woken.clear()
            more = False
            try:
                more = await self.work() == _BATCH
            except DomainError as error:
                _log.warning("look-ups failed; they are tried again", error=error.message)
            except Exception as error:  # noqa: BLE001 - the thread must live; the next round finds the same
                _log.error("look-ups failed; they are tried again", exc_info=error)
            if not more:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), _LOOK_SECONDS)

    async def work(self) -> int:
        """Note what is wanted, and ask what is due; how many questions were asked.

        Raises:
            Unavailable: the database does not answer.
        """
        gitlab = self._gitlab
        if gitlab is None:
            return 0
        self._note_wanted(gitlab.url)
        now = now_ms()
        if now < self._paused_until:
            return 0
        waiting = self._database.read_now(lambda connection: store.due(connection, now, _BATCH))
        asked = 0
        for lookup in waiting:
            if now_ms() < self._paused_until:
                break
            if self._claim(lookup):
                asked += 1
                await self._ask(gitlab, lookup)
        return asked

    def _note_wanted(self, url: str) -> None:
        with self._lock:
            seen, self._seen = self._seen, set()
        now = now_ms()
        noted = self._database.read_now(lambda connection: store.recorded_since(connection, self._since, _MAX_NEW))
        new = {(project_id, iid) for _, project_id, iid in noted}

        def work(connection: Connection) -> None:
            for again, places in ((False, new - seen), (True, seen)):
                for project_id, iids in _by_project(places).items():
                    lookups.want(connection, project_id, url, iids, now, again=again)

        if seen or new:
            self._database.write_now(work)
        self._since = noted[-1][0] if len(noted) == _MAX_NEW else now - _OVERLAP_MS

    def _claim(self, lookup: Lookup) -> bool:
        until = now_ms() + _CLAIMED_MS
        return self._database.write_now(lambda connection: store.claim(connection, lookup.project_id, lookup, until))

    async def _ask(self, gitlab: GitLab, lookup: Lookup) -> None:
        try:
            looked = await look(gitlab, lookup.key)
        except OutboundError as error:
            self._failed(lookup, error)
            return
        self._failures = 0
        if looked.avatar_url:
            digest = await avatars.refreshed(self._database, gitlab, lookup.project_id, looked.avatar_url, now_ms())
            looked = msgspec.structs.replace(looked, avatar=digest)
        self._database.write_now(lambda connection: lookups.answered(connection, lookup, gitlab.url, looked, now_ms()))

    def _failed(self, lookup: Lookup, error: OutboundError) -> None:
        """A missing job concerns that job alone; anything else, a refused token included, concerns the GitLab."""
        now = now_ms()
        if rules.concerns_all(error):
            self._failures += 1
            due_at = self._paused_until = now + rules.back_off(self._failures, error.retry_after)
            _log.warning("GitLab gives no answer", reason=error.reason, seconds=(due_at - now) // 1000)
        else:
            due_at = now + rules.RETRY_MISSING
        self._database.write_now(
            lambda connection: store.put_fault(connection, lookup.project_id, lookup, error.reason, due_at)
        )


def _by_project(places: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for project_id, iid in sorted(places):
        found.setdefault(project_id, []).append(iid)
    return found


async def look(gitlab: GitLab, key: Key) -> Looked:
    """What GitLab says of something now. Raises OutboundError."""
    match key.kind:
        case "job":
            return await _job(gitlab, key)
        case "pipeline":
            return await _pipeline(gitlab, key)
        case "merge_request":
            return await _merge_request(gitlab, key)


async def _job(gitlab: GitLab, key: Key) -> Looked:
    found = await gitlab.job(key.project, key.number)
    return Looked(
        status=line(found.status),
        name=line(found.name),
        seconds=found.duration,
        user=line(found.user.username if found.user else ""),
        user_name=line(found.user.name if found.user else ""),
        avatar_url=(found.user.avatar_url or "") if found.user else "",
        # A pipeline of a merge request runs on a ref of its own, which is no branch.
        ref="" if rules.merge_request_of_ref(found.ref) else line(found.ref),
        sha=line(found.commit.id if found.commit else ""),
        pipeline=str(found.pipeline.id),
        created_at=moment(found.created_at),
    )


async def _pipeline(gitlab: GitLab, key: Key) -> Looked:
    found = await gitlab.pipeline(key.project, key.number)
    merge_request = rules.merge_request_of_ref(found.ref)
    if not merge_request and found.sha and found.ref:
        listed = await gitlab.merge_requests_of(key.project, found.sha)
        # A branch of that name in a fork is another branch.
        own = [
            item
            for item in listed
            if item.source_branch == found.ref and item.source_project_id in (None, found.project_id)
        ]
        merge_request = str(own[0].iid) if len(own) == 1 else ""
    return Looked(
        status=line(found.status),
        seconds=found.duration,
        user=line(found.user.username if found.user else ""),
        user_name=line(found.user.name if found.user else ""),
        ref="" if rules.merge_request_of_ref(found.ref) else line(found.ref),
        sha=line(found.sha),
        source=line(found.source),
        merge_request=merge_request,
        created_at=moment(found.created_at),
    )


async def _merge_request(gitlab: GitLab, key: Key) -> Looked:
    found = await gitlab.merge_request(key.project, key.number)
    return Looked(
        status=line(found.state),
        title=line(found.title),
        user=line(found.author.username if found.author else ""),
        user_name=line(found.author.name if found.author else ""),
        source_branch=line(found.source_branch),
        target_branch=line(found.target_branch),
        created_at=moment(found.created_at),
    )
