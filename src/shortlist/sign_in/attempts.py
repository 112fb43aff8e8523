"""One attempt to sign in: what the browser keeps while its person is at the provider, and checks of what comes back.

The browser's cookie holds it, so the server holds nothing for people who never return. Whoever can read that cookie
can read the session's as well. `state` and `nonce` bind the answer to this browser (RFC 6749, section 10.12; OpenID
Connect Core, section 3.1.2.1), the verifier binds the code to it (RFC 7636).
"""

import base64
import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

import msgspec

from shortlist.clock import now_ms

LIFETIME_MS = 10 * 60 * 1000
_MAX_TEXT = 4000
_MAX_RETURN = 2000


class Attempt(msgspec.Struct, frozen=True):
    """`link` is empty, or proves which session asked to link an identity to its account."""

    provider: str
    state: str
    nonce: str
    verifier: str
    return_to: str
    begun_at: int
    link: str = ""

    @property
    def challenge(self) -> str:
        """What the provider is given of the verifier (S256)."""
        return encoded(hashlib.sha256(self.verifier.encode()).digest())

    def is_answered_by(self, provider: str, state: str) -> bool:
        fresh = 0 <= now_ms() - self.begun_at < LIFETIME_MS
        return fresh and provider == self.provider and hmac.compare_digest(state.encode(), self.state.encode())

    def links_for(self, session_secret: str) -> bool:
        """Whether the session that presents itself is the one that asked to link."""
        return hmac.compare_digest(self.link.encode(), _proof(session_secret, self.state).encode())


def begin(provider: str, return_to: str, session_secret: str = "") -> Attempt:
    """A new attempt; with a session's secret, one to link an identity to its account."""
    state = secrets.token_urlsafe(32)
    return Attempt(
        provider=provider,
        state=state,
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        return_to=return_to,
        begun_at=now_ms(),
        link=_proof(session_secret, state) if session_secret else "",
    )


def write(attempt: Attempt) -> str:
    """The attempt as the value of a cookie."""
    return encoded(msgspec.json.encode(attempt))


def read(text: str) -> Attempt | None:
    """The attempt in a cookie's value; None where there is none that can be read."""
    if not text or len(text) > _MAX_TEXT:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Attempt)
    except (ValueError, msgspec.DecodeError):
        return None


def safe_return(given: str) -> str:
    """A path of this server to go to after signing in; `/` for whatever could lead elsewhere.

    Browsers drop tabs and line breaks and take a backslash for a slash, so none of these may be in it.
    """
    plain = given.isascii() and given.isprintable() and "\\" not in given and " " not in given
    if not plain or len(given) > _MAX_RETURN or not given.startswith("/") or given.startswith("//"):
        return "/"
    try:
        parts = urlsplit(given)
    except ValueError:
        return "/"
    loops = parts.path.rstrip("/").startswith(("/users/sign_in", "/users/auth"))
    return "/" if parts.scheme or parts.netloc or loops else given


def encoded(data: bytes) -> str:
    """Base 64 for addresses, without the padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _proof(session_secret: str, state: str) -> str:
    return hmac.new(session_secret.encode(), f"link {state}".encode(), hashlib.sha256).hexdigest()
