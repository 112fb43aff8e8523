"""Reading from stores whose answer to a range of bytes obstore refuses: everything, of which a part is passed on."""

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING

import obstore

from shortlist.blobs import connect
from shortlist.errors import DomainError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

# One range of a download; the next is fetched while this one is sent.
READ_BYTES = 2 * 1024 * 1024

Unavailable = Callable[[Exception, str, str], DomainError]


async def read_through(
    store: "ObjectStore", unavailable: Unavailable, location: str, start: int, end: int
) -> AsyncGenerator[bytes]:
    """The bytes from `start` up to, not including, `end`; the first are read before this returns.

    Raises:
        What `unavailable` makes of the store's failures; also later, from the iterator.
    """
    try:
        answer = await obstore.get_async(store, location)
        stream = aiter(answer.stream(READ_BYTES))
        first = await anext(stream, b"")
    except connect.STORE_ERRORS as error:
        raise unavailable(error, "get", location) from error

    async def wanted() -> AsyncGenerator[bytes]:
        position, block = 0, bytes(first)
        while block and position < end:
            if position + len(block) > start:
                yield block[max(0, start - position) : end - position]
            position += len(block)
            try:
                block = bytes(await anext(stream, b""))
            except connect.STORE_ERRORS as error:
                raise unavailable(error, "get", location) from error

    return wanted()


async def nothing() -> AsyncGenerator[bytes]:
    for block in ():
        yield block
