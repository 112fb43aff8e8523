"""Requests and answers about artifacts, as MLflow writes them."""

import msgspec


class ListBelow(msgspec.Struct):
    """Lists a directory of the artifact proxy; `path` begins with the run's own part."""

    path: str = ""


class ListOfRun(msgspec.Struct):
    run_id: str | None = None
    run_uuid: str | None = None
    path: str = ""


class FileInfo(msgspec.Struct, omit_defaults=True):
    """`path` is what the endpoint says: a bare name, or a path below the run. Directories and empty files have no
    size."""

    path: str
    is_dir: bool
    file_size: int | None = None


class Listing(msgspec.Struct, omit_defaults=True):
    files: list[FileInfo] = []


class RunListing(msgspec.Struct, omit_defaults=True):
    root_uri: str
    files: list[FileInfo] = []
