"""Smoothing that a reader asks for: drawn over the points, never instead of them, as the pages draw it."""

import math
from collections.abc import Sequence


def smooth(values: Sequence[float], weight: float) -> list[float]:
    """The exponential moving average, freed from the pull of its start, so that the first value stays what it is.

    `weight` is in [0, 1). What is not finite stays where it is and moves nothing.
    """
    average, seen = 0.0, 0
    found: list[float] = []
    for value in values:
        if not math.isfinite(value):
            found.append(value)
            continue
        average = average * weight + value * (1 - weight)
        seen += 1
        found.append(average / (1 - weight**seen))
    return found
