"""From the values of a chart's column to places along an axis."""

import math
from datetime import UTC, datetime
from typing import NamedTuple

from shortlist.charts.types import Column
from shortlist.drawing.paper import cut, finite, spread, spread_log
from shortlist.drawing.ticks import decades, label, ticks


class Tick(NamedTuple):
    at: float
    words: str


class Scale:
    """An axis from the pixel `start` to the pixel `end`: for numbers, for logarithms of them, or for texts."""

    def __init__(self, column: Column, start: float, end: float, *, log: bool | None = None) -> None:
        self._start, self._end = start, end
        self.log = column.texts is None and (column.log if log is None else log)
        numbers = [value for value in finite(column.numbers.tolist()) if value > 0 or not self.log]
        if column.texts is not None:
            self.low, self.high = -0.5, max(1, len(column.categories)) - 0.5
        else:
            self.low, self.high = spread_log(numbers) if self.log else spread(numbers, 0.04)
        self.ticks = self._ticks(column)

    def place(self, value: float) -> float:
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        return self._start + (value - low) / (high - low) * (self._end - self._start)

    def shows(self, value: float) -> bool:
        return math.isfinite(value) and (value > 0 or not self.log)

    def _ticks(self, column: Column) -> list[Tick]:
        if column.texts is not None:
            every = max(1, math.ceil(len(column.categories) * 14 / max(1, abs(self._end - self._start))))
            chosen = list(enumerate(column.categories))[::every]
            return [Tick(self.place(number), cut(words, 18)) for number, words in chosen]
        values = finite(column.numbers.tolist())
        if len(set(values)) == 1 and self.shows(values[0]):
            # One value alone says all that its axis has to say.
            return [Tick(self.place(values[0]), self._words(column, values[0]))]
        most = max(2, int(abs(self._end - self._start) / 44))
        # What is counted has nothing between whole numbers.
        whole = all(value.is_integer() for value in values)
        marks = decades(self.low, self.high) if self.log else ticks(self.low, self.high, most, whole=whole)
        return [Tick(self.place(value), self._words(column, value)) for value in marks]

    @staticmethod
    def _words(column: Column, value: float) -> str:
        if column.field == "start_time":
            return f"{datetime.fromtimestamp(value / 1000, UTC):%m-%d %H:%M}"
        return label(value)
