"""Whether the files of cold points are where the database says."""

from collections.abc import Sequence

from shortlist.blobs.store import BlobStore
from shortlist.db.database import Database
from shortlist.errors import DomainError
from shortlist.health.types import Finding, ok, problem
from shortlist.metrics import cold, store_cold
from shortlist.metrics.parquet_footer import MAGIC
from shortlist.settings import Settings

_LOOKED_AT = 5


def points(settings: Settings, opened: Database) -> Sequence[Finding]:
    """Looks at the newest files; nothing where no points are cold."""
    newest = opened.read_now(lambda connection: store_cold.objects(connection, _LOOKED_AT))
    if not newest:
        return []
    amount = opened.read_now(store_cold.amount)
    places = {
        cold.location(project_id, file): [(0, len(MAGIC)), (size - len(MAGIC), len(MAGIC))]
        for project_id, file, size in newest
    }
    try:
        blobs = BlobStore.open(settings.artifacts_url)
        try:
            ends = blobs.read_ranges(places)
        finally:
            blobs.close()
    except DomainError as error:
        return [
            problem(
                "points",
                f"The points of {amount.candidates} candidates are in the object store, and the newest files cannot "
                f"be read: {error.message} Is it the store of this database?",
            )
        ]
    damaged = [key for key, found in ends.items() if found != [MAGIC, MAGIC]]
    if damaged:
        return [
            problem("points", f"The object {damaged[0]} is not the file that was written. Restore it from a backup.")
        ]
    return [
        ok("points", f"{amount.points} points of {amount.candidates} candidates are cold, in {amount.size} bytes.")
    ]
