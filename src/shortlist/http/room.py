"""How much of the bodies of requests a process holds at once, whoever sends them and however slowly."""

from shortlist.errors import Unavailable

# A body of this size needs no room: the most that clients send, and what thousands of connections may have each.
FREE_BYTES = 64 * 1024


class Room:
    """So many bytes for all bodies together. Used on the event loop."""

    def __init__(self, size: int) -> None:
        self.left = size

    def held(self) -> "Held":
        return Held(self)


class Held:
    """What one request holds of the room, until it is answered."""

    __slots__ = ("_room", "_size")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._size = 0

    def hold(self, size: int) -> None:
        """Hold so many bytes in all from now on. Raises Unavailable: others hold so much that there is no room."""
        size = 0 if size <= FREE_BYTES else size
        more = size - self._size
        if more > self._room.left:
            raise Unavailable("The server is receiving so many large requests that it has no room for this one.")
        self._room.left -= more
        self._size = size

    def end(self) -> None:
        self.hold(0)
