"""The kernel: runs an endpoint record as an ASGI application. Everything a request must pass is in `__call__`."""

import asyncio
from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any, cast
from urllib.parse import quote, unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from shortlist.access.actions import Action
from shortlist.access.scope import ANONYMOUS, GroupScope
from shortlist.errors import DomainError, InvalidValue
from shortlist.http.access_log import without_ticket
from shortlist.http.authorise import Authoriser, base_url
from shortlist.http.body import ClientGone, Patience, RequestDecoder, read_body, read_rest
from shortlist.http.decoding import check_text
from shortlist.http.endpoint import AsyncHandler, Call, Endpoint, Mode, Pieces, ReadHandler, StreamHandler
from shortlist.http.proxies import client_address
from shortlist.http.security import SECURITY_HEADERS
from shortlist.http.services import Services
from shortlist.http.surface import Surface
from shortlist.logs import get_logger

_log = get_logger(__name__)

_CHALLENGE = (b"www-authenticate", b'Basic realm="shortlist", charset="UTF-8"')


class Operation:
    """One endpoint on one surface, ready to be called. `scope["path_params"]` holds its path parameters,
    `scope["project"]` the project's id or path where the address names one."""

    def __init__(self, endpoint: Endpoint, surface: Surface, services: Services) -> None:
        self.endpoint = endpoint
        self.surface = surface
        self._counted_as = (endpoint.method, endpoint.path)
        self._services = services
        self._authoriser = Authoriser(services.resolver)
        policy = surface.policy
        self._security_headers = [
            (name, policy.encode()) if policy and name == b"content-security-policy" else (name, value)
            for name, value in SECURITY_HEADERS
        ]
        self._head = [(b"content-type", b"application/json"), *self._security_headers]

    @cached_property
    def _decoder(self) -> RequestDecoder | None:
        """Made with the first request: to look at the fields of all that there are would delay the start."""
        endpoint = self.endpoint
        if endpoint.request is None:
            return None
        return RequestDecoder(endpoint.request, endpoint.path, null_is_absent=self.surface.null_is_absent)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["operation"] = self._counted_as
        held = self._services.room.held()
        receive = Patience(receive, held, scope.get("whole_body"))
        try:
            call = await self._authorise(scope)
            check_text(scope)
            if self.surface.moves and (address := _address_of_today(call)) is not None:
                await self._redirect(scope, send, address)
                return
            if self.endpoint.mode is Mode.STREAM:
                answer = await cast("StreamHandler", self.endpoint.handler)(call, Request(scope, receive))
            else:
                answer = await self._run(call, await self._decode(call, scope, receive))
            if isinstance(answer, Response):
                await self._respond(answer, scope, receive, send)
                return
            if isinstance(answer, Pieces):
                await self._answer_in_pieces(call, scope, send, answer)
                return
            body = b"" if self.endpoint.status == 204 else self.surface.encode(answer)
        except (ClientGone, ClientDisconnect, asyncio.CancelledError):
            scope["status"] = 499
            raise
        except Exception as error:  # noqa: BLE001 - the last line of defence: one JSON shape for whatever happened
            held.end()
            await self.fail(error, scope, receive, send)
            return
        finally:
            held.end()
        headers = [*self._head, *call.answer_headers] if call.answer_headers else None
        await self._answer(scope, send, self.endpoint.status, body, headers)

    async def fail(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an error in the surface's shape. What is not a refusal of ours is logged, and says nothing."""
        refusal = _as_refusal(error, scope)
        error.__traceback__ = None  # its frames hold what was read of the body, and the rest may take long to come
        status = self.surface.status_of(refusal)
        headers = [(b"content-type", self.surface.error_type.encode()), *self._security_headers]
        if status == 401 and self.surface.challenge:
            headers.append(_CHALLENGE)
        if status in (429, 503):
            headers.append((b"retry-after", b"2"))
        if not await read_rest(receive, scope["header_map"]):
            headers.append((b"connection", b"close"))
        await self._answer(scope, send, status, self.surface.error_bytes(refusal), headers)

    async def _authorise(self, scope: Scope) -> Call:
        headers: Mapping[str, str] = scope["header_map"]
        action = self.endpoint.action
        path: Mapping[str, str] = scope.get("path_params", {})
        reference = scope.get("project") or scope.get("group") or path.get("project") or path.get("group")
        address = client_address(scope)
        actor = ANONYMOUS
        if not self.endpoint.asks_nobody:
            actor = await self._authoriser.actor(scope["method"], action, headers, reference, address)
        scope["user"] = actor.username
        if action is not Action.SERVER_PUBLIC:  # health and sign-in answer whoever floods the rest
            self._services.request_limit.take(actor, address)
        granted = await self._authoriser.scope(actor, action, reference, address)
        return Call(
            services=self._services,
            actor=actor,
            scope=granted,
            path=path,
            headers=headers,
            base_url=base_url(scope, headers, self._services.settings.external_url),
            request_id=scope["request_id"],
            target=(scope.get("raw_path") or b"/").partition(b"?")[0].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            address=address,
        )

    async def _decode(self, call: Call, scope: Scope, receive: Receive) -> Any:
        if scope["method"] in ("GET", "HEAD"):
            return self._decoder.from_query(scope["query_string"], call.path) if self._decoder else None
        body = await read_body(receive, call.headers, self._services.settings.max_body_bytes)
        if self._decoder is None:
            return None
        kind = call.headers.get("content-type", "")
        if self.surface.forms:
            return self._decoder.from_all(scope["query_string"], kind, body, call.path)
        if body and not kind.startswith("application/json"):
            raise InvalidValue("The Content-Type must be application/json.", field="Content-Type")
        return self._decoder.from_json(body, call.path)

    async def _run(self, call: Call, request: Any) -> Any:
        if self.endpoint.mode is Mode.READ:
            read = cast("ReadHandler", self.endpoint.handler)
            return await self._services.database.read(lambda connection: read(call, connection, request))
        return await cast("AsyncHandler", self.endpoint.handler)(call, request)

    async def _respond(self, response: Response, scope: Scope, receive: Receive, send: Send) -> None:
        names = {name for name, _ in response.raw_headers}
        response.raw_headers.extend(pair for pair in SECURITY_HEADERS if pair[0] not in names)
        response.raw_headers.append((b"x-request-id", scope["request_id"].encode()))

        async def note_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope["status"] = message["status"]
            await send(message)

        await response(scope, receive, note_status)

    async def _answer(
        self, scope: Scope, send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
    ) -> None:
        scope["status"] = status
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    *(headers or self._head),
                    (b"content-length", str(len(body)).encode()),
                    (b"x-request-id", scope["request_id"].encode()),
                ],
            }
        )
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _redirect(self, scope: Scope, send: Send, address: str) -> None:
        """Not for good: something else may take the old path."""
        scope["status"] = 302
        headers = [*self._security_headers, (b"location", address.encode()), (b"cache-control", b"no-store")]
        await self._answer(scope, send, 302, b"", headers)

    async def _answer_in_pieces(self, call: Call, scope: Scope, send: Send, answer: Pieces) -> None:
        """The first piece is made before the head is sent, so that what fails at once is answered as an error."""
        following = partial(next, answer.pieces, None)
        piece = await asyncio.to_thread(following)
        scope["status"] = self.endpoint.status
        head = [
            (b"content-type", answer.content_type.encode()),
            *self._security_headers,
            *(call.answer_headers or ()),
            (b"x-request-id", scope["request_id"].encode()),
        ]
        await send({"type": "http.response.start", "status": self.endpoint.status, "headers": head})
        while piece is not None:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            piece = await asyncio.to_thread(following)
        await send({"type": "http.response.body", "body": b""})


def _address_of_today(call: Call) -> str | None:
    """Where a page is whose address names its project or group by an old path, an id or in other capitals."""
    if isinstance(call.scope, GroupScope):
        asked, full_path, start = call.path.get("group"), call.scope.group.full_path, "/groups/"
    elif call.scope is not None:
        asked, full_path, start = call.path.get("project"), call.scope.project.full_path, "/"
    else:
        return None
    if asked is None or asked == full_path:
        return None
    rest = unquote(call.target)[len(start) + len(asked) :]
    return quote(f"{start}{full_path}{rest}") + (f"?{call.query}" if call.query else "")


def _as_refusal(error: Exception, scope: Scope) -> DomainError:
    if isinstance(error, DomainError):
        return error
    _log.error("request failed", request_id=scope["request_id"], path=without_ticket(scope["path"]), exc_info=error)
    return DomainError(f"The server failed; its log has the details under request id {scope['request_id']}.")
