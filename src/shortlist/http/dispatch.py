"""The outermost application: host check, request id, access log, and the way to an operation.

Fixed paths (nearly all of MLflow's) are one dictionary look-up. Paths with parameters go through Starlette's router.
The address of a project or group may hold an encoded slash (`group%2Fproject`), which the server in front has already
decoded in `path`; so it is taken from `raw_path`.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from itertools import chain
from time import perf_counter
from urllib.parse import unquote

from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from shortlist.errors import DomainError, MethodNotAllowed, NoSuchEndpoint, PermissionDenied, Unavailable
from shortlist.http.access_log import AccessLog
from shortlist.http.kernel import Operation
from shortlist.http.proxies import TrustedProxies
from shortlist.http.security import HostCheck
from shortlist.ids import new_request_id
from shortlist.logs import REQUEST_ID
from shortlist.meters.meters import Meters

_OWNERS = tuple(
    (f"/api/{version}/{plural}/".encode(), kind)
    for version in ("v4", "v1")
    for plural, kind in (("projects", "project"), ("groups", "group"))
)
_OWNER = re.compile(r"/(project|group)s/{(?:project|group)}")
_MOUNT = "/ml/mlflow"
_RESERVED = ("/api/", "/ajax-api/", "/-/")
# The API of MLflow whose operations answer by the older version's number as well.
_LATER = ("/api/3.0/mlflow", "/ajax-api/3.0/mlflow")
_NO_OPERATION = ("", "")  # what no endpoint answers is counted together, so that a scan makes no series
# A route, and what every path that it matches begins with: to see that tells most of them apart for little.
_Way = tuple[str, Route]
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_NO_HOST_CHECK = frozenset({"/health", "/version", "/-/liveness", "/-/readiness"})


class Dispatcher:
    """`first` operations answer at once; a request for any other waits for `complete`. `fallback` shapes the errors
    of paths that match nothing."""

    def __init__(
        self,
        first: Iterable[Operation],
        fallback: Operation,
        *,
        hosts: HostCheck,
        log: AccessLog,
        proxies: TrustedProxies,
        meters: Meters,
    ) -> None:
        self._whole = False
        self._completed: Future[None] = Future()
        self._take(first, ())
        self._fallback = fallback
        self._hosts = hosts
        self._log = log
        self._proxies = proxies
        self._meters = meters
        self._idle: asyncio.Event | None = None
        self._stopping = False

    def complete(self, mounted: Iterable[Operation], others: Iterable[Operation]) -> None:
        """Every operation, for all that have waited; from any thread.

        `mounted` operations answer at the root for the caller's default project, and below a project's address.
        `others` answer where they say.
        """
        self._take(mounted, others)
        self._whole = True
        with suppress(InvalidStateError):  # `stop` was quicker, and has sent away who waited
            self._completed.set_result(None)

    def _take(self, mounted: Iterable[Operation], others: Iterable[Operation]) -> None:
        fixed: dict[str, dict[str, Operation]] = {}
        patterns: dict[str, dict[str, Operation]] = {}
        for operation in mounted:
            table = patterns if "{" in operation.endpoint.path else fixed
            table.setdefault(operation.endpoint.path, {})[operation.endpoint.method] = operation
        rest: dict[str, dict[str, dict[str, Operation]]] = {}
        for operation in others:
            path = operation.endpoint.path
            rest.setdefault(_branch(path), {}).setdefault(path, {})[operation.endpoint.method] = operation
        self._fixed = fixed
        self._mounted = _router(patterns)
        self._others = {branch: _router(table) for branch, table in rest.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = perf_counter()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get("x-request-id", "")
        scope["header_map"] = headers
        self._proxies.apply(scope)
        scope["request_id"] = request_id = given if _REQUEST_ID.match(given) else new_request_id()
        REQUEST_ID.set(request_id)
        scope["user"] = ""
        scope["status"] = 500
        shown: str = scope["path"]
        self._meters.running_requests += 1
        if self._stopping:
            send = _then_close(send)
        try:
            if not self._hosts(headers.get("host", "")) and shown not in _NO_HOST_CHECK:
                error = PermissionDenied("This Host is not served here; allow it with SHORTLIST_ALLOWED_HOSTS.")
                await self._fallback.fail(error, scope, receive, send)
            elif self._meters.traces is None:
                await self._route(scope, receive, send)
            else:
                with self._meters.traces.request(scope):
                    await self._route(scope, receive, send)
        finally:
            self._meters.running_requests -= 1
            if self._meters.running_requests == 0 and self._idle is not None:
                self._idle.set()
            seconds = perf_counter() - started
            self._meters.requests[scope.get("operation", _NO_OPERATION)].observe(scope["status"], seconds)
            self._log.write(scope, path=shown, milliseconds=seconds * 1000)

    def stop(self) -> None:
        """Close each connection after its next answer, so that what follows goes to a server that goes on."""
        self._stopping = True
        with suppress(InvalidStateError):
            self._completed.set_exception(Unavailable("The server stops. Try again."))

    async def wait_idle(self) -> None:
        """Return when no request is running: what a server that stops waits for."""
        if self._meters.running_requests:
            self._idle = asyncio.Event()
            await self._idle.wait()
        self._log.flush()

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        mounted = self._find_owner(scope)
        asked: str = scope["path"]
        operations = self._fixed.get(asked)
        if operations is None and not self._whole:
            try:
                await asyncio.shield(asyncio.wrap_future(self._completed))
            except Unavailable as error:
                await self._fallback.fail(error, scope, receive, send)
                return
            operations = self._fixed.get(asked)
        if operations is None and asked.startswith(_LATER):
            scope["path"] = asked.replace("/3.0/", "/2.0/", 1)
            operations = self._fixed.get(scope["path"])
        if operations is not None:
            operation = operations.get(_asked_method(scope))
            if operation is None:
                await self._fallback.fail(_wrong_method(operations), scope, receive, send)
            else:
                await operation(scope, receive, send)
            return
        others = () if mounted else self._candidates(scope["method"], scope["path"])
        # The end of a route's pattern would let a last line break pass, and the name would lose it.
        if "\n" in asked:
            await self._fallback.fail(NoSuchEndpoint(f"No endpoint at {asked[:200]!r}"), scope, receive, send)
            return
        path: str = scope["path"]
        for start, route in chain(self._mounted, others):
            if not path.startswith(start):
                continue
            match, child = route.matches(scope)
            if match.value:
                scope.update(child)
                await route.app(scope, receive, send)
                return
        await self._fallback.fail(NoSuchEndpoint(f"No endpoint at {asked[:200]}"), scope, receive, send)

    def _candidates(self, method: str, path: str) -> list[_Way]:
        """The routes that may match. A page's address can begin with anything but the start of an API, and is read."""
        branch = _branch(path)
        found = [*self._others.get(branch, []), *self._others.get(branch.rpartition("/")[0] or "/", [])]
        no_page = method not in ("GET", "HEAD") or path.startswith(_RESERVED)
        return found if no_page else [*found, *self._others.get("", [])]

    def _find_owner(self, scope: Scope) -> bool:
        """Note the project or group that the address names, and rewrite `path` to what the tables know.

        True when the rest of the address belongs to the mounted operations.
        """
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        raw = raw.partition(b"?")[0]
        for prefix, kind in _OWNERS:
            if raw.startswith(prefix):
                reference, slash, rest = raw[len(prefix) :].partition(b"/")
                # Where anything in an address is no valid escape, Python clients encode all of it once more, and a
                # project's path has no percent sign of its own.
                scope[kind] = unquote(unquote(reference.decode("latin-1")))
                below = unquote((slash + rest).decode("latin-1"))
                # The bare mount is an address that MLflow's client prints, which a page answers.
                if kind == "project" and below.startswith(_MOUNT + "/") and below != _MOUNT + "/":
                    scope["path"] = below[len(_MOUNT) :]
                    return True
                scope["path"] = f"{prefix.decode()}:{kind}{below}"
                return False
        return False


def _then_close(send: Send) -> Send:
    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return closing


class _ByMethod:
    """The operations of one address; the method chooses, and a wrong one is told which there are."""

    def __init__(self, operations: Mapping[str, Operation]) -> None:
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = self._operations.get(_asked_method(scope))
        if operation is None:
            anyone = next(iter(self._operations.values()))
            await anyone.fail(_wrong_method(self._operations), scope, receive, send)
        else:
            await operation(scope, receive, send)


def _asked_method(scope: Scope) -> str:
    """HEAD is GET whose body is left out (RFC 9110, section 9.3.2)."""
    method: str = scope["method"]
    return "GET" if method == "HEAD" else method


def _wrong_method(operations: Mapping[str, Operation]) -> DomainError:
    return MethodNotAllowed(f"The method is not allowed here; use {' or '.join(sorted(operations))}.")


def _branch(path: str) -> str:
    """The first two words of an address, by which its routes are found: those before the first parameter, none for
    what begins with one."""
    return "/".join(path.partition("/{")[0].split("/", 3)[:3])


def _router(table: Mapping[str, Mapping[str, Operation]]) -> list[_Way]:
    """Ways by path, those with fewer parameters first, so that a fixed word wins over a parameter.

    What has a parameter of many words could match anything that begins alike, so the longest comes first.
    """

    def rank(path: str) -> tuple[bool, int, bool, int, str]:
        anything = path.startswith("/{")
        many = "path}" in path
        return anything, 0 if anything else path.count("{"), many, -len(path) if many or anything else 0, path

    paths = sorted(table, key=rank)
    return [_way(_OWNER.sub(r"/\1s/:\1", path), _ByMethod(table[path])) for path in paths]


def _way(path: str, operations: "_ByMethod") -> _Way:
    return path.partition("{")[0], Route(path, operations)
