"""A fair share for everybody: so many requests a second for each caller, with room for a burst."""

import time
from collections import OrderedDict

from shortlist.access.scope import Actor
from shortlist.errors import RateLimited

# How many seconds' worth may come at once.
_BURST_SECONDS = 10
_MAX_REMEMBERED = 10_000


class RequestLimit:
    """A token bucket for each token, account or address. Used on the event loop. A rate of 0 limits nobody."""

    def __init__(self, per_second: int) -> None:
        self._rate = per_second
        self._buckets: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, actor: Actor, address: str) -> None:
        """Count a request. Raises RateLimited: the caller has used its share."""
        if not self._rate:
            return
        key = ("token", actor.token_id) if actor.token_id else ("user", actor.user_id) if actor.user_id else address
        now, most = time.monotonic(), float(self._rate * _BURST_SECONDS)
        left, at = self._buckets.get(key, (most, now))
        left = min(most, left + (now - at) * self._rate)
        self._buckets[key] = (max(left - 1, 0.0), now)
        self._buckets.move_to_end(key)
        while len(self._buckets) > _MAX_REMEMBERED:
            self._buckets.popitem(last=False)
        if left < 1:
            raise RateLimited(f"More than {self._rate} requests a second; wait and try again.")
