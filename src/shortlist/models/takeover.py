"""A new version's files: those of what it was made from, as they are then. The bytes are shared, not copied."""

from msgspec.structs import replace
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue, NotFound
from shortlist.models import files, places, store_versions
from shortlist.models.types import VersionRecord
from shortlist.packages import registry
from shortlist.tracking import roots


def take_over(connection: Connection, scope: Scope, record: VersionRecord) -> VersionRecord:
    """Give a new version the files that are at its location now, and return it as it is then.

    Later changes of the candidate or logged model do not change the version. Where there are no files yet, the
    location stays, so that files which come later are found there.
    """
    own = roots.of_version(record.model_iid, record.number)
    if record.location == own:
        return record
    try:
        source = places.of_location(connection, scope, record.location)
    except (NotFound, InvalidValue):
        return record
    if source is None:
        return record
    if not registry.adopt(connection, scope, source.package, source.path, files.package(record)):
        return record
    store_versions.change(connection, scope, (record.model_iid, record.number), {"location": own})
    return replace(record, location=own)
