"""Reading the tables that candidates logged."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.comparison import rules, service
from shortlist.errors import InvalidValue
from shortlist.packages import service as packages
from shortlist.packages.contents import Storage
from shortlist.packages.types import PackageFile

# As many as the page of a comparison has columns.
MAX_TABLES = 8


class Asked(msgspec.Struct, frozen=True):
    """The tables of candidates at `path`, and the column whose histogram is wanted; empty for none."""

    iids: Sequence[int]
    path: str
    column: str = ""


async def load(storage: Storage, scope: Scope, asked: Asked) -> list[tuple[int, str, bytes | None]]:
    """(candidate, name, content) in the order given; None where a candidate has no such file.

    Raises:
        InvalidValue: no candidate or too many, a path that no table has, or a file that is too large.
        NotFound: a candidate that is not in this project. Unavailable: the store failed.
    """
    if len(set(asked.iids)) > MAX_TABLES:
        raise InvalidValue(f"The tables of at most {MAX_TABLES} candidates are compared.", field="candidates")
    if not rules.is_table(asked.path):
        raise InvalidValue("Name a CSV, TSV or JSON file.", field="path")

    def find(connection: Connection) -> list[tuple[int, str, PackageFile | None]]:
        return [
            (
                record.iid,
                record.name,
                packages.find(
                    connection, scope, packages.candidate_package(record.experiment_iid, record.iid), asked.path
                ),
            )
            for record in service.records(connection, scope, asked.iids)
        ]

    found: list[tuple[int, str, bytes | None]] = []
    for iid, name, file in await storage.database.read(find):
        if file is not None and file.size > service.MAX_TABLE_BYTES:
            raise InvalidValue(
                f"{asked.path} of {name} is larger than {service.MAX_TABLE_BYTES >> 20} MiB.", field="path"
            )
        content = None if file is None else b"".join([block async for block in await packages.read(storage, file)])
        found.append((iid, name, content))
    return found
