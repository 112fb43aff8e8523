"""Round spans and moments along an axis of time, in seconds, pure. Moments are in UTC: a picture has many readers."""

from datetime import UTC, datetime

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_STEPS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
    *(1, 2, 5, 10, 15, 30),
    *(times * _MINUTE for times in (1, 2, 5, 10, 15, 30)),
    *(times * _HOUR for times in (1, 2, 3, 6, 12)),
    *(times * _DAY for times in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)),
)
_UNITS = ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"))


def time_ticks(low: float, high: float, most: int) -> list[float]:
    """At most about `most` multiples of one round span within [low, high]."""
    step = next((step for step in _STEPS if (high - low) / step <= most), _STEPS[-1])
    first, last = -int(-low // step), int(high // step)
    return [number * step for number in range(first, last + 1)]


def span_words(seconds: float) -> str:
    """0, 0.5 s, 30 min, 1 d 12 h."""
    for place, (size, word) in enumerate(_UNITS):
        if seconds >= size:
            below, below_word = _UNITS[place + 1] if place + 1 < len(_UNITS) else (1, "s")
            rest = round((seconds % size) / below)
            return f"{seconds // size:.0f} {word}" + (f" {rest} {below_word}" if rest else "")
    return f"{seconds:.4g} s" if seconds else "0"


def moment_words(moments: list[float]) -> list[str]:
    """The time of day, and the day where one begins and at the first; days alone where they are further apart."""
    step = moments[1] - moments[0] if len(moments) > 1 else _DAY
    words: list[str] = []
    for place, moment in enumerate(moments):
        at = datetime.fromtimestamp(moment, UTC)
        day, time = f"{at.day} {at:%b}", f"{at:%H:%M:%S}" if step < _MINUTE else f"{at:%H:%M}"
        if step >= 28 * _DAY:
            words.append(f"{at:%b %Y}")
        elif step >= _DAY or moment % _DAY == 0:
            words.append(day)
        else:
            words.append(f"{day} {time}" if place == 0 else time)
    return words
