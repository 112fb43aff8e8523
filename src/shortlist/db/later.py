"""Reads that something has to be done for first, in transactions of its own."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shortlist.db.database import Database

_may_wait: ContextVar[bool] = ContextVar("may_wait", default=False)


class NotYetError(Exception):
    """What is read is better read after `prepare`, which is called outside of the transaction; then it begins anew."""

    def __init__(self, prepare: "Callable[[Database], None]") -> None:
        super().__init__("to be read later")
        self.prepare = prepare


@contextmanager
def waiting() -> Generator[None]:
    """Whoever reads in this block begins anew after a `NotYetError`."""
    token = _may_wait.set(True)
    try:
        yield
    finally:
        _may_wait.reset(token)


def may_wait() -> bool:
    """Whether a `NotYetError` may be raised: not in a transaction that writes, nor once it did not help."""
    return _may_wait.get()
