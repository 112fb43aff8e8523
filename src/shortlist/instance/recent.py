"""The settings as this process last read them, for what asks at every request."""

import time

from shortlist.db.database import Database
from shortlist.instance import service
from shortlist.instance.types import InstanceSettings

_SECONDS = 5.0  # how long a change in another server process may go unseen


class RecentSettings:
    """Used on the event loop. A change in this process is seen at once, because its maker calls `forget`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: tuple[float, InstanceSettings] | None = None

    async def get(self) -> InstanceSettings:
        read = self._read
        if read is not None and read[0] > time.monotonic() - _SECONDS:
            return read[1]
        found = await self._database.read(service.current)
        self._read = (time.monotonic(), found)
        return found

    def forget(self) -> None:
        self._read = None
