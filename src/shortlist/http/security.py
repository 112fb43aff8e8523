"""Answers to what browsers let strangers try: foreign hosts, forged requests, sniffed types, framed pages."""

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Mapping

from shortlist.errors import PermissionDenied

UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})

# For every answer that does not set its own: nothing in it may run, load, or be framed.
SECURITY_HEADERS: list[tuple[bytes, bytes]] = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

_MAX_REMEMBERED_HOSTS = 1024
_HOST = re.compile(r"(?:[A-Za-z0-9_.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?\Z")


class HostCheck:
    """Whether a Host header names this server. A foreign one means DNS rebinding, or a poisoned link.

    Loopback names and addresses of private networks pass; everything else must be allowed by name. `*` allows all.
    """

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = frozenset(name.lower() for name in allowed)
        self._verdicts: dict[str, bool] = {}

    def __call__(self, host: str) -> bool:
        verdict = self._verdicts.get(host)
        if verdict is None:
            verdict = self._decide(host)
            if len(self._verdicts) < _MAX_REMEMBERED_HOSTS:
                self._verdicts[host] = verdict
        return verdict

    def _decide(self, host: str) -> bool:
        # What is more than a name and a port would lead a link that is made of it elsewhere: localhost:1@evil.example.
        if not _HOST.match(host):
            return False
        name = _without_port(host).lower()
        if "*" in self._allowed or name in self._allowed or host.lower() in self._allowed:
            return True
        if name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or address.is_private or address.is_unspecified


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1 : host.find("]")]
    return host.rsplit(":", 1)[0] if host.count(":") == 1 else host


def csrf_token(session_secret: str) -> str:
    """The token that a page of this session sends back: derived, so that nothing more is stored."""
    return hmac.new(session_secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def check_csrf(session_secret: str, headers: Mapping[str, str]) -> None:
    """A change by cookie must carry the session's token, which another origin cannot read.

    Raises:
        PermissionDenied: the token is missing or wrong.
    """
    given = headers.get("x-csrf-token", "")
    if not hmac.compare_digest(given.encode(), csrf_token(session_secret).encode()):
        raise PermissionDenied("The X-CSRF-Token header is missing or wrong; reload the page.", field="X-CSRF-Token")


def check_origin(headers: Mapping[str, str]) -> None:
    """A change without any credential (signing in) must not come from another site's page.

    Raises:
        PermissionDenied: the browser says that it does.
    """
    origin = headers.get("origin")
    if origin is not None and origin.split("://", 1)[-1] != headers.get("host", ""):
        raise PermissionDenied("Requests from another origin are not accepted.", field="Origin")
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise PermissionDenied("Requests from another site are not accepted.", field="Sec-Fetch-Site")
