"""Reading the pictures that candidates logged."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.comparison import rules, service
from shortlist.comparison.types import Image
from shortlist.errors import InvalidValue, NotFound
from shortlist.packages import service as packages
from shortlist.packages.contents import Storage
from shortlist.packages.types import PackageFile
from shortlist.tracking.types import CandidateRecord

# As many as the page of a comparison has columns, and as many rows as it shows at first.
MAX_COLUMNS, MAX_ROWS = 8, 6
_MAX_BYTES = 16 * 1024 * 1024


class Asked(msgspec.Struct, frozen=True):
    """The pictures of candidates by `step`, None for the last; without `series` those of the first ones."""

    iids: Sequence[int]
    series: Sequence[str] = ()
    step: int | None = None


class Logged(msgspec.Struct, frozen=True):
    """A candidate with its pictures, whatever their steps, each with its file."""

    record: CandidateRecord
    pictures: Sequence[tuple[Image, PackageFile]]

    def shown(self, series: str, step: int | None) -> tuple[Image, PackageFile] | None:
        files = {image: file for image, file in self.pictures if image.series == series}
        image = rules.image_at(files, step)
        return None if image is None else (image, files[image])


class Picture(msgspec.Struct, frozen=True):
    """What stands for a candidate in a row: nothing, or a picture, without its content where that is too large."""

    image: Image | None = None
    content: bytes | None = None


class Pictures(msgspec.Struct, frozen=True):
    """A row of pictures for each series, one for each candidate. `omitted` counts series that were left out."""

    candidates: Sequence[CandidateRecord]
    rows: Sequence[tuple[str, Sequence[Picture]]]
    omitted: int


def logged(connection: Connection, scope: Scope, asked: Asked) -> list[Logged]:
    """The candidates in the order given, with the pictures of the wanted series.

    Raises:
        InvalidValue: no candidate or too many. NotFound: a candidate that is not in this project, or a series that
        none of them has.
    """
    if len(set(asked.iids)) > MAX_COLUMNS:
        raise InvalidValue(f"The pictures of at most {MAX_COLUMNS} candidates are compared.", field="candidates")
    found = [
        (record, service.images(record.iid, service.files(connection, scope, record)))
        for record in service.records(connection, scope, asked.iids)
    ]
    known = {image.series for _, pictures in found for image, _ in pictures}
    missing = [name for name in asked.series if name not in known]
    if missing:
        raise NotFound(f"None of these candidates has pictures called {missing[0]}.", field="series")
    wanted = set(asked.series) or known
    return [Logged(record, [pair for pair in pictures if pair[0].series in wanted]) for record, pictures in found]


async def load(storage: Storage, scope: Scope, asked: Asked) -> Pictures:
    """The rows with the contents of their files. Raises what `logged` raises, and Unavailable: the store failed."""
    found = await storage.database.read(lambda connection: logged(connection, scope, asked))
    every = list(dict.fromkeys(image.series for item in found for image, _ in item.pictures))
    names = list(dict.fromkeys(asked.series or every))[:MAX_ROWS]
    rows = [(name, [await _read(storage, item.shown(name, asked.step)) for item in found]) for name in names]
    return Pictures([item.record for item in found], rows, len(every) - len(names))


async def _read(storage: Storage, shown: tuple[Image, PackageFile] | None) -> Picture:
    if shown is None:
        return Picture()
    image, file = shown
    if file.size > _MAX_BYTES:
        return Picture(image)
    return Picture(image, b"".join([block async for block in await packages.read(storage, file)]))
