"""Round numbers along an axis, pure."""

import math

_UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"))


def ticks(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """At most `most` multiples of 1, 2 or 5 times a power of ten within [low, high], `low` < `high`; with `whole` none
    between whole numbers."""
    rough = max(1.0 if whole else 0.0, (high - low) / max(1, most - 1))
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def decades(low: float, high: float) -> list[float]:
    """The powers of ten within [low, high], both above zero; the two ends where there is none."""
    found = [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    return found or [low, high]


def label(value: float) -> str:
    """A tick as text: 0.25, 5,000, 1.5M, 1e-09."""
    if value == 0:
        return "0"
    if 1e-4 <= abs(value) < 1e6:
        text = f"{value:,.10f}".rstrip("0").rstrip(".")
        return text if len(text) <= 9 else f"{value:.4g}"
    for size, unit in _UNITS:
        if size <= abs(value) < 1e15:
            return f"{value / size:.4g}{unit}"
    return f"{value:.3g}"
