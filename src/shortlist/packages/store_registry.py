"""SQL on packages as wholes and on files by their numbers: what the package registry lists and deletes."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    cast,
    func,
    insert,
    literal,
    not_,
    select,
    update,
)

from shortlist.access.scope import Scope
from shortlist.db import counters
from shortlist.db.dialect import upsert
from shortlist.db.metadata import Key
from shortlist.db.prepared import Prepared
from shortlist.packages.rules import CANDIDATES
from shortlist.packages.store import FILE_COLUMNS, FILES, FILES_WITH_CONTENT
from shortlist.packages.tables import package, package_file, package_settings
from shortlist.packages.types import (
    Contents,
    Package,
    PackageFile,
    PackageQuery,
    PackageRef,
    PackageSettings,
    PackageStatus,
    PackageType,
)

_COLUMNS = tuple(package.c[name] for name in Package.__struct_fields__)
_ORDERS = {
    "created_at": package.c.created_at,
    "name": package.c.name,
    "version": package.c.version,
    "type": package.c.type,
}
_SETTINGS = Prepared(
    lambda _: select(
        package_settings.c.size_limit,
        package_settings.c.duplicates_allowed,
        package_settings.c.duplicate_exceptions,
    ).where(package_settings.c.project_id == bindparam("project_id"))
)
_FILE_ORDERS = {"id": package_file.c.id, "created_at": package_file.c.created_at, "file_name": package_file.c.path}


class Closed:
    """The kinds of packages that a caller must not learn of."""

    def __init__(self, *, candidates: bool, models: bool) -> None:
        of_candidates = and_(
            package.c.type == PackageType.ML_MODEL.value, package.c.name.startswith(CANDIDATES, autoescape=True)
        )
        of_models = and_(package.c.type == PackageType.ML_MODEL.value, not_(of_candidates))
        self.conditions: list[ColumnElement[bool]] = [
            *([not_(of_candidates)] if candidates else []),
            *([not_(of_models)] if models else []),
        ]


def page(
    connection: Connection, scope: Scope, query: PackageQuery, closed: Closed, limit: int, offset: int
) -> tuple[list[Package], int]:
    """A page of packages, and how many match."""
    statement = select(*_COLUMNS).where(*_active(scope), *closed.conditions)
    if query.type is not None:
        statement = statement.where(package.c.type == query.type.value)
    if query.search:
        statement = statement.where(func.lower(package.c.name).contains(query.search.lower(), autoescape=True))
    if query.version:
        statement = statement.where(package.c.version == query.version)
    statement = statement.where(package.c.status.in_(sorted(status.value for status in query.statuses)))
    total = connection.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    order = _ORDERS[query.order]
    ordered = [order.desc(), package.c.id.desc()] if query.descending else [order, package.c.id]
    rows = connection.execute(statement.order_by(*ordered).limit(limit).offset(offset))
    return [_package(row) for row in rows], total


def by_id(connection: Connection, scope: Scope, package_id: int, closed: Closed) -> Package | None:
    return _one(connection, select(*_COLUMNS).where(*_active(scope), *closed.conditions, package.c.id == package_id))


def by_ref(connection: Connection, scope: Scope, ref: PackageRef) -> Package | None:
    return _one(connection, select(*_COLUMNS).where(*_active(scope), *_is(ref)))


def versions(connection: Connection, scope: Scope, of: Package, limit: int) -> list[Package]:
    """Other packages of the same type and name, newest first."""
    statement = (
        select(*_COLUMNS)
        .where(*_active(scope), package.c.type == of.type.value, package.c.name == of.name, package.c.id != of.id)
        .order_by(package.c.id.desc())
        .limit(limit)
    )
    return [_package(row) for row in connection.execute(statement)]


def contents(connection: Connection, scope: Scope, package_ids: Collection[int]) -> dict[int, Contents]:
    """What each of these packages holds. One statement."""
    found = dict.fromkeys(package_ids, Contents())
    statement = (
        select(package_file.c.package_id, func.count(), func.coalesce(func.sum(package_file.c.size), 0))
        .where(
            package_file.c.project_id == scope.project_id,
            package_file.c.package_id.in_(package_ids),
            package_file.c.deleted_at.is_(None),
        )
        .group_by(package_file.c.package_id)
    )
    found.update({row[0]: Contents(row[1], int(row[2])) for row in connection.execute(statement)})
    return found


def set_status(connection: Connection, scope: Scope, package_id: int, status: PackageStatus) -> None:
    connection.execute(update(package).where(*_active(scope), package.c.id == package_id).values(status=status.value))


def note_download(connection: Connection, scope: Scope, package_id: int, now: int) -> None:
    connection.execute(update(package).where(*_active(scope), package.c.id == package_id).values(downloaded_at=now))


def delete(connection: Connection, scope: Scope, which: PackageRef | int, now: int) -> None:
    """Softly delete a package, by id or by name, with its files. The caller holds the lock."""
    condition = package.c.id == which if isinstance(which, int) else and_(*_is(which))
    chosen = select(package.c.id).where(*_active(scope), condition)
    connection.execute(
        update(package_file)
        .where(
            package_file.c.project_id == scope.project_id,
            package_file.c.package_id.in_(chosen),
            package_file.c.deleted_at.is_(None),
        )
        .values(deleted_at=now)
    )
    freed = package.c.version + literal("~") + cast(package.c.id, Key)
    connection.execute(update(package).where(*_active(scope), condition).values(deleted_at=now, version=freed))


def rename(connection: Connection, scope: Scope, old: PackageRef, new: PackageRef) -> None:
    connection.execute(update(package).where(*_active(scope), *_is(old)).values(name=new.name, version=new.version))


def files(  # noqa: PLR0913 - a page of an ordered list
    connection: Connection,
    scope: Scope,
    package_id: int,
    order: str,
    limit: int,
    offset: int,
    *,
    descending: bool = False,
) -> tuple[list[PackageFile], int]:
    """A page of a package's files, and how many there are. `order` is id, created_at or file_name."""
    wanted = (*_active_files(scope), package_file.c.package_id == package_id)
    total = connection.execute(select(func.count()).select_from(package_file).where(*wanted)).scalar_one()
    column = _FILE_ORDERS[order]
    ordered = [column.desc(), package_file.c.id.desc()] if descending else [column, package_file.c.id]
    statement = _select_files().where(*wanted).order_by(*ordered).limit(limit).offset(offset)
    return [PackageFile(*row) for row in connection.execute(statement)], total


def files_named(
    connection: Connection,
    scope: Scope,
    words: Sequence[str],
    statuses: Collection[PackageStatus],
    closed: Closed,
    limit: int,
) -> list[tuple[PackageFile, Package]]:
    """Files with every one of the words in their path, whatever the case, the newest first."""
    statement = (
        select(*FILE_COLUMNS, *_COLUMNS)
        .select_from(
            FILES_WITH_CONTENT.join(
                package,
                and_(package.c.project_id == package_file.c.project_id, package.c.id == package_file.c.package_id),
            )
        )
        .where(
            *_active_files(scope),
            *_active(scope),
            *closed.conditions,
            package.c.status.in_(sorted(status.value for status in statuses)),
            *(func.lower(package_file.c.path).contains(word.lower(), autoescape=True) for word in words),
        )
        .order_by(package_file.c.id.desc())
        .limit(limit)
    )
    cut = len(FILE_COLUMNS)
    return [(PackageFile(*row[:cut]), _package(row[cut:])) for row in connection.execute(statement)]


def file_by_id(connection: Connection, scope: Scope, package_id: int, file_id: int) -> PackageFile | None:
    statement = _select_files().where(
        *_active_files(scope), package_file.c.package_id == package_id, package_file.c.id == file_id
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else PackageFile(*row)


def file_of_ticket(connection: Connection, project_id: int, file_id: int) -> PackageFile | None:
    """A file by its number alone, for who was given a signed address of it."""
    wanted = (
        package_file.c.project_id == project_id,
        package_file.c.id == file_id,
        package_file.c.deleted_at.is_(None),
    )
    row = connection.execute(_select_files().where(*wanted)).one_or_none()
    return None if row is None else PackageFile(*row)


def delete_file(connection: Connection, scope: Scope, package_id: int, file_id: int, now: int) -> bool:
    statement = update(package_file).where(
        *_active_files(scope), package_file.c.package_id == package_id, package_file.c.id == file_id
    )
    return connection.execute(statement.values(deleted_at=now)).rowcount > 0


def copy_files(connection: Connection, scope: Scope, source: int, path: str, target: int, now: int) -> int:
    """Give the files of one package at or below a path to another one, without the path. Copies no bytes.

    The caller holds the lock. The number of files.
    """
    cut = len(path) + 1 if path else 0
    below = [package_file.c.path > path + "/", package_file.c.path < path + "0"] if path else []
    found = (*_active_files(scope), package_file.c.package_id == source, *below)
    count = connection.execute(select(func.count()).select_from(package_file).where(*found)).scalar_one()
    if not count:
        return 0
    first = counters.take(connection, scope.project_id, FILES, count)
    old = package_file.c
    values: dict[str, Any] = {
        "project_id": old.project_id,
        "id": func.row_number().over(order_by=old.path) + (first - 1),
        "package_id": literal(target),
        "path": func.substr(old.path, cut + 1),
        "size": old.size,
        "sha256": old.sha256,
        "content_type": old.content_type,
        "created_at": literal(now),
        "created_by": old.created_by,
    }
    connection.execute(insert(package_file).from_select(list(values), select(*values.values()).where(*found)))
    return count


def settings(connection: Connection, project_id: int) -> PackageSettings:
    """The project's rules; the defaults where it has none of its own."""
    row = _SETTINGS.row(connection, project_id=project_id)
    if row is None:
        return PackageSettings()
    size_limit, allowed, exceptions = row
    return PackageSettings(size_limit=size_limit, duplicates_allowed=bool(allowed), duplicate_exceptions=exceptions)


def set_settings(connection: Connection, scope: Scope, new: PackageSettings) -> None:
    values = {name: getattr(new, name) for name in PackageSettings.__struct_fields__}
    upsert(connection, package_settings, [{"project_id": scope.project_id, **values}])


def _one(connection: Connection, statement: Select[Any]) -> Package | None:
    row = connection.execute(statement).one_or_none()
    return None if row is None else _package(row)


def _package(row: Sequence[Any]) -> Package:
    values = dict(zip(Package.__struct_fields__, row, strict=True))
    values["type"], values["status"] = PackageType(values["type"]), PackageStatus(values["status"])
    return Package(**values)


def _select_files() -> Select[Any]:
    return select(*FILE_COLUMNS).select_from(FILES_WITH_CONTENT)


def _active(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return package.c.project_id == scope.project_id, package.c.deleted_at.is_(None)


def _active_files(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return package_file.c.project_id == scope.project_id, package_file.c.deleted_at.is_(None)


def _is(ref: PackageRef) -> tuple[ColumnElement[bool], ...]:
    return package.c.type == ref.type.value, package.c.name == ref.name, package.c.version == ref.version
