"""Settings of projects."""

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.roles import FeatureAccess, Role, Visibility
from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call
from shortlist.projects import groups, rules, service
from shortlist.projects import types as ours
from shortlist.web import people
from shortlist.web import wire_people as wire
from shortlist.web.people import PROJECT, change, read, write


def get(call: Call, connection: Connection, _request: None) -> wire.ProjectSettings:
    """Get a project's settings."""
    return _settings(_this(call, connection))


async def edit(call: Call, request: wire.ProjectSettingsChange) -> wire.ProjectSettings:
    """Change a project's settings."""
    least = request.least_writing_role
    new = ours.ProjectChange(
        path=request.path,
        name=request.name,
        description=request.description,
        visibility=None if request.visibility is None else Visibility(request.visibility),
        model_experiments_access=_feature(request.model_experiments_access),
        model_registry_access=_feature(request.model_registry_access),
        package_registry_access=_feature(request.package_registry_access),
        least_writing_role=None if least is None else Role[least.upper()],
    )
    return await write(
        call,
        lambda connection: _settings(service.change(connection, call.author, _this(call, connection), new)),
    )


async def archive(call: Call, _request: None) -> wire.ProjectSettings:
    """Archive a project: it can be read, and not be changed."""
    return await _archive(call, archived=True)


async def unarchive(call: Call, _request: None) -> wire.ProjectSettings:
    """Make an archived project changeable again."""
    return await _archive(call, archived=False)


async def _archive(call: Call, *, archived: bool) -> wire.ProjectSettings:
    def work(connection: Connection) -> wire.ProjectSettings:
        return _settings(service.archive(connection, call.author, _this(call, connection), archived=archived))

    return await write(call, work)


async def transfer(call: Call, request: wire.Transfer) -> wire.ProjectSettings:
    """Move a project to another namespace."""

    def work(connection: Connection) -> wire.ProjectSettings:
        home = groups.home_for_project(connection, call.actor, request.namespace)
        return _settings(service.transfer(connection, call.author, _this(call, connection), home))

    return await write(call, work)


async def delete(call: Call, _request: None) -> wire.ProjectSettings:
    """Delete a project; until its grace period ends, it can be restored."""

    def work(connection: Connection) -> wire.ProjectSettings:
        service.delete(connection, call.author, _this(call, connection))
        return _settings(_this(call, connection))

    return await write(call, work)


async def purge(call: Call, request: wire.Purge) -> wire.Done:
    """Remove for good a project whose deletion has begun."""

    def work(connection: Connection) -> None:
        found = _this(call, connection)
        if found.full_path != request.full_path:
            raise InvalidValue("full_path must repeat the project's path.", field="full_path")
        service.purge(connection, call.author, found)

    await write(call, work)
    return wire.Done()


async def restore(call: Call, _request: None) -> wire.ProjectSettings:
    """Restore a project whose deletion has begun."""
    return await write(
        call, lambda connection: _settings(service.restore(connection, call.author, _this(call, connection)))
    )


def _this(call: Call, connection: Connection) -> ours.Project:
    return service.get(connection, call.actor, call.project.project_id)


def _feature(word: wire.FeatureName | None) -> FeatureAccess | None:
    return None if word is None else FeatureAccess(word)


def _settings(item: ours.Project) -> wire.ProjectSettings:
    return wire.ProjectSettings(
        id=item.id,
        path=item.path,
        full_path=item.full_path,
        name=item.name,
        description=item.description,
        visibility=item.visibility.value,
        model_experiments_access=item.model_experiments_access.value,
        model_registry_access=item.model_registry_access.value,
        package_registry_access=item.package_registry_access.value,
        least_writing_role=item.least_writing_role.name.lower(),
        archived=item.archived,
        role=people.role_name(item.role),
        created_at=item.created_at,
        deleted_at=item.deleted_at,
        purged_at=None if item.deleted_at is None else item.deleted_at + rules.GRACE_MILLISECONDS,
    )


_SETTINGS = f"{PROJECT}/settings"

ENDPOINTS = (
    read(_SETTINGS, Action.PROJECT_READ, get, None, wire.ProjectSettings),
    change(f"PATCH {_SETTINGS}", Action.PROJECT_WRITE, edit, wire.ProjectSettingsChange, wire.ProjectSettings),
    change(f"POST {PROJECT}/archive", Action.PROJECT_ARCHIVE, archive, None, wire.ProjectSettings),
    change(f"POST {PROJECT}/unarchive", Action.PROJECT_ARCHIVE, unarchive, None, wire.ProjectSettings),
    change(f"POST {PROJECT}/transfer", Action.PROJECT_TRANSFER, transfer, wire.Transfer, wire.ProjectSettings),
    change(f"POST {PROJECT}/restore", Action.PROJECT_DELETE, restore, None, wire.ProjectSettings),
    change(f"POST {PROJECT}/purge", Action.PROJECT_DELETE, purge, wire.Purge, wire.Done),
    change(f"DELETE {PROJECT}", Action.PROJECT_DELETE, delete, None, wire.ProjectSettings),
)
