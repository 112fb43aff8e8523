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


class UploadBegin(msgspec.Struct):
    """`path` is the file's path on the client's machine; its name goes into the directory of the address.

    With the `upload_id` of an upload that was begun, the answer has addresses for what is missing of it.
    """

    path: str
    num_parts: int = 1
    upload_id: str | None = None


class Credential(msgspec.Struct):
    """Where a part is to be sent, by PUT, with these headers."""

    url: str
    part_number: int
    headers: dict[str, str] = {}


class SentPart(msgspec.Struct, omit_defaults=True):
    """A part that was sent, and the ETag header that was answered."""

    part_number: int
    etag: str
    url: str = ""


class UploadBegun(msgspec.Struct, omit_defaults=True):
    """`parts` are those that have arrived of an upload that is gone on with."""

    upload_id: str
    credentials: list[Credential]
    parts: list[SentPart] = []


class UploadComplete(msgspec.Struct):
    path: str
    upload_id: str
    parts: list[SentPart] = []


class UploadAbort(msgspec.Struct):
    path: str
    upload_id: str


class SignedDownload(msgspec.Struct):
    """Where a file can be fetched for a while without credentials, in ranges if so wanted."""

    url: str
    file_size: int
    headers: dict[str, str] = {}


class Listing(msgspec.Struct, omit_defaults=True):
    files: list[FileInfo] = []


class RunListing(msgspec.Struct, omit_defaults=True):
    root_uri: str
    files: list[FileInfo] = []
