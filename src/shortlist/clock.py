"""Time, in one place, so that tests can fix it. All stored times are integer milliseconds since 1970 UTC."""

import time


def now_ms() -> int:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000
