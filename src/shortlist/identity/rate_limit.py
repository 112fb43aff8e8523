"""A limit on sign-in attempts, by login and by address."""

import asyncio
import hashlib
import ipaddress
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from shortlist.clock import now_ms
from shortlist.errors import RateLimited

WINDOW_MILLISECONDS = 10 * 60 * 1000
_MAX_REMEMBERED = 10_000
_MAX_USERNAME = 255


class AttemptLimit:
    """Counts failures in a sliding window. Bounded: the oldest names are forgotten first.

    Names are kept as digests, since people type passwords where a login belongs. `tell` is called with the digest and
    the time of each failure here, None for the time of a success, so that other processes can be told. `at_once`
    attempts under one name can be under way together.
    """

    def __init__(self, limit: int, *, at_once: int = 1) -> None:
        self._limit = limit
        self._at_once = at_once
        self._turns: WeakValueDictionary[bytes, asyncio.Semaphore] = WeakValueDictionary()
        self._failures: OrderedDict[bytes, list[int]] = OrderedDict()
        self._lock = threading.Lock()
        self.tell: Callable[[bytes, int | None], None] = lambda _digest, _at: None

    def check(self, name: str) -> None:
        """Raises RateLimited: too many failures under this name of late."""
        if self.reached(name):
            minutes = WINDOW_MILLISECONDS // 60_000
            raise RateLimited(f"Too many failed attempts; wait up to {minutes} minutes.", field="login")

    def reached(self, name: str) -> bool:
        """Whether there were too many failures under this name of late."""
        with self._lock:
            return len(self._recent(_digest(name))) >= self._limit

    def turn(self, name: str) -> asyncio.Semaphore:
        """To be held from `check` until the outcome is told, on the event loop: of a thousand guesses that are sent
        together all would pass the check otherwise, since none has failed yet."""
        return self._turns.setdefault(_digest(name), asyncio.Semaphore(self._at_once))

    def failed(self, name: str) -> None:
        digest, at = _digest(name), now_ms()
        self.heard(digest, at)
        self.tell(digest, at)

    def succeeded(self, name: str) -> None:
        digest = _digest(name)
        if digest in self._failures:
            self.heard(digest, None)
            self.tell(digest, None)

    def heard(self, digest: bytes, at: int | None) -> None:
        """Count a failure at a time, or forget them all after a success, here or in another process."""
        with self._lock:
            if at is None:
                self._failures.pop(digest, None)
                return
            self._failures[digest] = [*self._recent(digest), at][-self._limit :]
            self._failures.move_to_end(digest)
            while len(self._failures) > _MAX_REMEMBERED:
                self._failures.popitem(last=False)

    def _recent(self, digest: bytes) -> list[int]:
        since = now_ms() - WINDOW_MILLISECONDS
        return [moment for moment in self._failures.get(digest, []) if moment > since]


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:16]


class SignInLimits:
    """Failed attempts with a password, by login and by address: the form and basic authentication share them."""

    def __init__(self) -> None:
        self.by_login = AttemptLimit(10)
        # Many people may share an address, and sign in at the same time of the day.
        self.by_address = AttemptLimit(50, at_once=4)

    def check(self, login: str, address: str) -> None:
        """Raises RateLimited: too many failures of late for this login, or from this address."""
        self.by_login.check(_login(login))
        if address:
            self.by_address.check(_neighbourhood(address))

    @asynccontextmanager
    async def turn(self, login: str, address: str) -> AsyncGenerator[None]:
        """To be held from `check` until the outcome is told; see `AttemptLimit.turn`."""
        async with self.by_login.turn(_login(login)), self.by_address.turn(_neighbourhood(address)):
            yield

    def failed(self, login: str, address: str) -> None:
        self.by_login.failed(_login(login))
        if address:
            self.by_address.failed(_neighbourhood(address))

    def succeeded(self, login: str) -> None:
        self.by_login.succeeded(_login(login))


def _login(given: str) -> str:
    """What is remembered of a login: no username is longer, and a sender must not choose how much memory it takes."""
    return given[:_MAX_USERNAME].lower()


def _neighbourhood(address: str) -> str:
    """What one sender has: an IPv4 address, or the /64 that a single IPv6 customer gets at least."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:_MAX_USERNAME]
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
