"""Packages and their files as GitLab's clients see them."""

from typing import Any

import msgspec

from shortlist.access.actions import Action
from shortlist.access.policy import Outcome, decide
from shortlist.http.endpoint import Call
from shortlist.packages.types import Package, PackageFile
from shortlist.v4 import times


class PackageLinks(msgspec.Struct, omit_defaults=True):
    """`delete_api_path` is there for those who may delete."""

    web_path: str
    delete_api_path: str | None = None


class PackageVersion(msgspec.Struct):
    """Another version of the same package."""

    id: int
    version: str
    created_at: str | None
    tags: list[str] = []
    pipelines: list[dict[str, Any]] = []


class PackageShape(msgspec.Struct, kw_only=True):
    id: int
    name: str
    version: str
    package_type: str
    status: str
    links: PackageLinks = msgspec.field(name="_links")
    created_at: str | None
    last_downloaded_at: str | None
    creator_id: int | None
    tags: list[str] = []
    pipeline: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    pipelines: list[dict[str, Any]] = []
    versions: list[PackageVersion] | msgspec.UnsetType = msgspec.UNSET


class PackageFileShape(msgspec.Struct, kw_only=True):
    """A file in a list. `file_name` is its whole path in the package."""

    id: int
    package_id: int
    created_at: str | None
    file_name: str
    size: int
    file_md5: str | None = None
    file_sha1: str | None = None
    file_sha256: str
    pipelines: list[dict[str, Any]] = []


class FileAddress(msgspec.Struct):
    url: str


class UploadedFile(msgspec.Struct, kw_only=True):
    """What an upload with `select=package_file` answers. What GitLab keeps for its replicas is there, and empty."""

    id: int
    package_id: int
    created_at: str | None
    updated_at: str | None
    size: int
    file_store: int = 1
    file_md5: str | None = None
    file_sha1: str | None = None
    file_name: str
    file: FileAddress
    file_sha256: str
    verification_retry_at: str | None = None
    verified_at: str | None = None
    verification_failure: str | None = None
    verification_retry_count: int | None = None
    verification_checksum: str | None = None
    verification_state: int = 0
    verification_started_at: str | None = None
    new_file_path: str | None = None


def package(
    call: Call, item: Package, pipeline: dict[str, Any] | None, others: list[Package] | None = None
) -> PackageShape:
    project = call.project.project
    deletable = decide(call.actor, Action.PACKAGE_WRITE, project).outcome is Outcome.ALLOWED
    api = f"{call.base_url}/api/v4/projects/{project.id}/packages/{item.id}"
    return PackageShape(
        id=item.id,
        name=item.name,
        version=item.version,
        package_type=item.type.value,
        status=item.status.value,
        links=PackageLinks(f"/{project.full_path}/-/packages/{item.id}", api if deletable else None),
        created_at=times.stamp(item.created_at),
        last_downloaded_at=times.stamp(item.downloaded_at),
        creator_id=item.created_by,
        pipeline=msgspec.UNSET if pipeline is None else pipeline,
        pipelines=[] if pipeline is None else [pipeline],
        versions=msgspec.UNSET if others is None else [_version(other) for other in others],
    )


def _version(item: Package) -> PackageVersion:
    return PackageVersion(item.id, item.version, times.stamp(item.created_at))


def file(item: PackageFile) -> PackageFileShape:
    return PackageFileShape(
        id=item.id,
        package_id=item.package_id,
        created_at=times.stamp(item.created_at),
        file_name=item.path,
        size=item.size,
        file_sha256=item.sha256.hex(),
    )


def uploaded(call: Call, item: PackageFile) -> UploadedFile:
    created = times.stamp(item.created_at)
    base = f"{call.base_url}/api/v4/projects/{call.project.project_id}/packages/{item.package_id}"
    return UploadedFile(
        id=item.id,
        package_id=item.package_id,
        created_at=created,
        updated_at=created,
        size=item.size,
        file_name=item.path,
        file=FileAddress(f"{base}/package_files/{item.id}/download"),
        file_sha256=item.sha256.hex(),
    )
