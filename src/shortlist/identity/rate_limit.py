"""A limit on sign-in attempts, by login and by address."""

import ipaddress
import threading
from collections import OrderedDict

from shortlist.clock import now_ms
from shortlist.errors import RateLimited

_WINDOW_MILLISECONDS = 10 * 60 * 1000
_MAX_REMEMBERED = 10_000
_MAX_USERNAME = 255


class AttemptLimit:
    """Counts failures in a sliding window. Bounded: the oldest names are forgotten first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._failures: OrderedDict[str, list[int]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, name: str) -> None:
        """Raises RateLimited: too many failures under this name of late."""
        if self.reached(name):
            minutes = _WINDOW_MILLISECONDS // 60_000
            raise RateLimited(f"Too many failed attempts; wait up to {minutes} minutes.", field="login")

    def reached(self, name: str) -> bool:
        """Whether there were too many failures under this name of late."""
        with self._lock:
            return len(self._recent(name)) >= self._limit

    def failed(self, name: str) -> None:
        with self._lock:
            recent = self._recent(name)
            recent.append(now_ms())
            self._failures[name] = recent[-self._limit :]
            self._failures.move_to_end(name)
            while len(self._failures) > _MAX_REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, name: str) -> None:
        with self._lock:
            self._failures.pop(name, None)

    def _recent(self, name: str) -> list[int]:
        since = now_ms() - _WINDOW_MILLISECONDS
        return [moment for moment in self._failures.get(name, []) if moment > since]


class SignInLimits:
    """Failed attempts with a password, by login and by address: the form and basic authentication share them."""

    def __init__(self) -> None:
        self._by_login = AttemptLimit(10)
        self._by_address = AttemptLimit(50)

    def check(self, login: str, address: str) -> None:
        """Raises RateLimited: too many failures of late for this login, or from this address."""
        self._by_login.check(_login(login))
        if address:
            self._by_address.check(_neighbourhood(address))

    def reached(self, login: str, address: str) -> bool:
        """Whether there were too many failures of late for this login, or from this address."""
        return self._by_login.reached(_login(login)) or bool(
            address and self._by_address.reached(_neighbourhood(address))
        )

    def failed(self, login: str, address: str) -> None:
        self._by_login.failed(_login(login))
        if address:
            self._by_address.failed(_neighbourhood(address))

    def succeeded(self, login: str) -> None:
        self._by_login.succeeded(_login(login))


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
