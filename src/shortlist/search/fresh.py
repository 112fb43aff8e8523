"""A search that sees every acknowledged metric: what is still in the log is folded first, if the search reads it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.metrics.folder import Folder
from shortlist.search import service
from shortlist.search.service import CandidateSearch, SearchPage

T = TypeVar("T")
Load = Callable[[Connection, Scope, Sequence[int]], T]


async def candidates(
    database: Database, folder: Folder, scope: Scope, query: CandidateSearch, load: Load[T]
) -> tuple[SearchPage, T]:
    """A page of a search and what `load` reads for it, from one snapshot.

    Nearly always one hop to a reader thread. Only a search that filters or orders by metrics while points of its
    experiments are still in the log waits for a fold.
    """
    uses_metrics = service.reads_metrics(query)

    def look(connection: Connection) -> tuple[SearchPage, T] | None:
        if uses_metrics and folder.pending(connection, scope, query.experiment_iids):
            return None
        return read(connection)

    def read(connection: Connection) -> tuple[SearchPage, T]:
        page = service.candidates(connection, scope, query)
        return page, load(connection, scope, page.iids)

    found = await database.read(look)
    if found is not None:
        return found
    await database.write(lambda connection: folder.fold_now(connection, scope, query.experiment_iids))
    return await database.read(read)
