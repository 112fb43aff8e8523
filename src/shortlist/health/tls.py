"""The certificate with which the server speaks HTTPS by itself."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from shortlist.clock import now_ms
from shortlist.health.types import Finding, ok, problem, warning
from shortlist.settings import Settings

_DAY_MS = 24 * 3_600_000
_SOON_DAYS = 14


def certificate(settings: Settings) -> Sequence[Finding]:
    """Whether it can be read and how long it is good for; nothing where a proxy speaks HTTPS."""
    if not settings.tls_certificate:
        return []
    from cryptography import x509  # noqa: PLC0415 - few servers have a certificate of their own

    try:
        found = x509.load_pem_x509_certificate(Path(settings.tls_certificate).read_bytes())
    except (OSError, ValueError) as error:
        return [problem("tls", f"{settings.tls_certificate} is no certificate that can be read ({error}).")]
    ends = found.not_valid_after_utc
    left = (int(ends.timestamp() * 1000) - now_ms()) // _DAY_MS
    text = f"The certificate {settings.tls_certificate} is good until {ends.astimezone(UTC):%-d %B %Y}"
    if left < 0:
        return [problem("tls", f"{text}, which is past: browsers and clients refuse it. Renew it and restart.")]
    if found.not_valid_before_utc > datetime.fromtimestamp(now_ms() / 1000, UTC):
        return [problem("tls", f"{text}, but not yet now: clients refuse it. Is the clock right?")]
    if left < _SOON_DAYS:
        return [warning("tls", f"{text}, {left} days from now. Renew it and restart, or send SIGHUP.")]
    return [ok("tls", f"{text}.")]
