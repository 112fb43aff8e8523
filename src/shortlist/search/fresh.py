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
Find = Callable[[Connection, Scope, CandidateSearch], SearchPage]


async def candidates(
    database: Database,
    folder: Folder,
    scope: Scope,
    query: CandidateSearch,
    load: Load[T],
    find: Find = service.candidates,
) -> tuple[SearchPage, T]:
    """A page of a search and what `load` reads for it, from one snapshot. `find` finds what `service.candidates` does.

    Nearly always one hop to a reader thread. Only a search that filters or orders by metrics while points of its
    experiments are still in the log waits for a fold.
    """

    def read(connection: Connection) -> tuple[SearchPage, T]:
        page = find(connection, scope, query)
        return page, load(connection, scope, page.iids)

    if not service.reads_metrics(query):
        return await database.read(read)
    return await folded(database, folder, scope, query.experiment_iids, read)


async def folded(
    database: Database, folder: Folder, scope: Scope, experiment_iids: Sequence[int], read: Callable[[Connection], T]
) -> T:
    """What `read` finds when every point of the experiments that was acknowledged before is folded."""

    def look(connection: Connection) -> tuple[T] | None:
        return None if folder.pending(connection, scope, experiment_iids) else (read(connection),)

    found = await database.read(look)
    if found is not None:
        return found[0]
    await folder.fold_now(scope, experiment_iids)
    return await database.read(read)
