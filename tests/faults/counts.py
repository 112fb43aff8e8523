"""What the tests of faults have counted, shown at the end of a run of them in one process."""

from collections.abc import Mapping

_COUNTED: list[str] = []


def counted(fault: str, **counts: int | Mapping[int, int]) -> None:
    """Note how often something was seen, such as answers by their status."""
    words: list[str] = []
    for name, count in counts.items():
        if isinstance(count, int):
            words.append(f"{count} {name.replace('_', ' ')}")
        else:
            words += [f"{number} times {status}" for status, number in sorted(count.items())]
    _COUNTED.append(f"{fault}: {', '.join(words)}")


def shown() -> list[str]:
    return list(_COUNTED)
