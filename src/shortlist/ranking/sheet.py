"""Columns of an experiment beside its roster: a value for each candidate in it, at the candidate's own place."""

from typing import Literal, NamedTuple

from shortlist.numeric import Flags, Values, np
from shortlist.ranking.board import Board
from shortlist.ranking.columns import Columns

Source = Literal["metric", "number", "param", "metadata", "status", "start"]
TEXTS = ("param", "metadata")
_BYTES_A_PLACE = 9


class Beside(NamedTuple):
    """Values at the places of the roster; what is at those that `has` leaves out means nothing. None: all have one."""

    values: Values
    has: Flags | None = None


class Sheet:
    """The columns that a board has, as one transaction sees them. Its statements and errors are the board's."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.roster = board.roster()

    def beside(self, source: Source, key: str) -> Beside:
        """What is kept of a metric, a parameter as a number or a text, metadata, or the candidates themselves."""
        match source:
            case "status" | "start":
                return Beside(self.roster[source])
            case "metric":
                return self._placed((source, key), self._board.latest(key), "value")
            case "number":
                return self._placed((source, key), self._board.values(source, key), source)
            case _:
                return self._placed((source, key), self._board.values(source, key), "value")

    def _placed(self, named: tuple[Source, str], columns: Columns, name: str) -> Beside:
        if np.array_equal(columns.iids, self.roster.iids):
            return Beside(columns[name])

        def place() -> tuple[Beside, int]:
            at, has = columns.places(self.roster.iids)
            values = columns[name][at] if len(columns) else np.zeros(len(at), columns[name].dtype)
            return Beside(values, has), _BYTES_A_PLACE * len(at)

        return self._board.derived(("beside", *named), place)
