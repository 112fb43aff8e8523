"""The published keys of issuers: found by discovery, kept, and fetched again when they change.

Which issuers may be asked is a setting of the instance: a rule that anybody maintains must not make the server ask
whatever address it names.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Any

import msgspec

from shortlist import outbound
from shortlist.errors import InvalidValue, Unauthenticated, Unavailable
from shortlist.logs import get_logger
from shortlist.outbound import OutboundError

if TYPE_CHECKING:
    from shortlist.provenance.keys import Key

_log = get_logger(__name__)

FRESH_SECONDS = 3600.0
# While an issuer is down, its keys go on being used for so long.
STALE_SECONDS = 24 * 3600.0
# Between two attempts at one issuer, whatever is presented: tokens with made-up key ids must not become a flood.
RETRY_SECONDS = 30.0
MAX_KEYS = 100


class _Known:
    """What is known of one issuer. Times are those of the monotonic clock."""

    def __init__(self) -> None:
        self.keys: dict[str, Key] = {}
        self.fetched: float | None = None
        self.tried: float | None = None
        self.fault = ""
        self.lock = asyncio.Lock()


class Issuers:
    """The issuers that rules may name. Used on the event loop."""

    def __init__(
        self,
        allowed: Collection[str],
        get_json: Callable[[str], Awaitable[Any]] = outbound.get_json,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.allowed = tuple(dict.fromkeys(allowed))
        self._get_json = get_json
        self._clock = clock
        self._known: dict[str, _Known] = {issuer: _Known() for issuer in self.allowed}

    def check(self, issuer: str) -> None:
        """Raises InvalidValue: not an issuer that this server asks."""
        if issuer not in self._known:
            raise InvalidValue(
                f"This server does not trust the issuer {issuer[:200]!r}; it trusts {', '.join(self.allowed)}. "
                "An administrator adds others to SHORTLIST_CI_ISSUERS.",
                field="issuer",
            )

    async def probe(self, issuer: str) -> int:
        """Ask an issuer now; how many keys it publishes. Raises OutboundError, InvalidValue: no usable answer."""
        return len(await self._ask(issuer))

    async def key(self, issuer: str, kid: str) -> "Key":
        """The key of an issuer with this id.

        Raises:
            Unauthenticated: not an issuer of ours, or it has no such key. Unavailable: it does not answer.
        """
        known = self._known.get(issuer)
        if known is None:
            raise Unauthenticated("The CI token is from an issuer that this server does not trust.")
        if not self._is_fresh(known, kid):
            # One request at a time asks an issuer; those that waited find what it answered.
            async with known.lock:
                now = self._clock()
                may_ask = known.tried is None or now - known.tried >= RETRY_SECONDS
                if may_ask and not self._is_fresh(known, kid):
                    known.tried = now
                    await self._fetch(issuer, known)
        return self._found(issuer, known, kid)

    def _is_fresh(self, known: _Known, kid: str) -> bool:
        return kid in known.keys and known.fetched is not None and self._clock() - known.fetched < FRESH_SECONDS

    def _found(self, issuer: str, known: _Known, kid: str) -> "Key":
        usable = known.fetched is not None and self._clock() - known.fetched < STALE_SECONDS
        if usable and kid in known.keys:
            return known.keys[kid]
        if known.fault:
            raise Unavailable(f"The keys of {issuer} cannot be fetched: {known.fault}.")
        raise Unauthenticated("The CI token is signed with a key that its issuer does not publish.")

    async def _fetch(self, issuer: str, known: _Known) -> None:
        try:
            known.keys = await self._ask(issuer)
        except (OutboundError, InvalidValue) as error:
            known.fault = getattr(error, "reason", "its configuration names a wrong address")
            _log.warning("issuer does not answer", issuer=issuer, reason=known.fault)
        else:
            known.fetched, known.fault = self._clock(), ""

    async def _ask(self, issuer: str) -> "dict[str, Key]":
        """OpenID Connect Discovery 1.0, section 4, then RFC 7517, section 5."""
        configuration = await self._get_json(issuer.rstrip("/") + "/.well-known/openid-configuration")
        if not isinstance(configuration, dict) or configuration.get("issuer") != issuer:  # pyright: ignore[reportUnknownMemberType]
            raise OutboundError("its configuration is that of another issuer")
        address: object = configuration.get("jwks_uri")  # pyright: ignore[reportUnknownMemberType,reportUnknownVariableType]
        if not isinstance(address, str):
            raise OutboundError("its configuration names no keys")
        published = await self._get_json(outbound.check_url(address, "jwks_uri"))
        try:
            listed = msgspec.convert(published, _KeySet).keys
        except msgspec.ValidationError:
            raise OutboundError("it publishes no set of keys") from None
        if len(listed) > MAX_KEYS:
            raise OutboundError(f"it publishes more than {MAX_KEYS} keys")
        from shortlist.provenance import keys  # noqa: PLC0415 - as in `tokens.verify`

        return keys.read(listed)


class _KeySet(msgspec.Struct):
    keys: list[dict[str, Any]]
