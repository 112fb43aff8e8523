"""Regular expressions of the program on texts that were made to keep them busy."""

import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

import shortlist
from shortlist.errors import InvalidValue
from shortlist.packages import quotas, rules
from shortlist.packages.types import PackageRef, PackageType

LENGTH = 50_000
REPEATED = ("1", "a", ".", "-", " ", "a.", "1a", "_", "/", '"', "+step+")
BEGINNINGS = ("", "a", "1", "images/a+step+1", "metric.")


def compiled() -> dict[str, re.Pattern[str]]:
    """Every pattern that is a name of a module."""
    found: dict[str, re.Pattern[str]] = {}
    for module in pkgutil.walk_packages(shortlist.__path__, "shortlist."):
        if "migrations" in module.name or module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                found[f"{module.name}.{name}"] = value
    return found


class _TookTooLongError(Exception):
    pass


@contextmanager
def processor_seconds(limit: float) -> Iterator[None]:
    """A hard end, in seconds of the processor, of what would go on for minutes: linear work is a thousandth of it."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise _TookTooLongError

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def test_no_pattern_can_be_kept_busy() -> None:
    patterns = compiled()
    assert len(patterns) > 50
    busy: list[str] = []
    for name, pattern in patterns.items():
        for text in (beginning + part * (LENGTH // len(part)) for part in REPEATED for beginning in BEGINNINGS):
            try:
                with processor_seconds(2):
                    pattern.match(text + "\x00!")
            except _TookTooLongError:
                busy.append(f"{name} on {text[:20]!r}: {pattern.pattern}")
                break
    assert busy == []


@pytest.mark.parametrize("expression", ["a*a*a*a*b", "a?a?a?a?aaaa", "(a+)+b", "a{1,9}a{1,9}a{1,9}a{1,9}b"])
def test_exceptions_that_could_be_kept_busy_are_refused(expression: str) -> None:
    with pytest.raises(InvalidValue):
        quotas.check_exceptions(expression)


def test_the_slowest_exceptions_that_are_taken_are_no_work() -> None:
    expression = "a*a*a*b"
    quotas.check_exceptions(expression)
    with processor_seconds(5):
        assert not rules.matches(expression, PackageRef(PackageType.GENERIC, "a" * 255, "a" * 255))
