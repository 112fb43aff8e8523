"""What a file's path, a package's name and its version may look like, and what a file's type is. Pure.

Paths are keys of the database and never of a file system, so they cannot lead outside by themselves. But clients
make local files out of them, so nothing passes that means something else there.
"""

import re
import unicodedata
from mimetypes import MimeTypes
from urllib.parse import unquote

from shortlist.errors import InvalidValue
from shortlist.packages.types import PackageRef, PackageType

MAX_PATH_BYTES = 1024
MAX_SEGMENT_BYTES = 255
MAX_NAME_CHARACTERS = 256

# What the names of the packages of an experiment begin with; its number follows. No model is named so.
CANDIDATES = "ml_experiment_"

# Control characters, lone surrogates, separators of lines and paragraphs; and the marks that reverse the direction
# of text, by which `exe.png` can be made to look like `gnp.exe`.
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Windows takes any one character before a colon for a drive. Joined to a folder, `C:x` replaces the folder, wherever
# in the path a client that joins segment by segment comes to it. MLflow's client refuses it there as well.
_DRIVE = re.compile(".:", re.DOTALL)
_GENERIC_NAME = re.compile(r"[A-Za-z0-9._+-]+\Z")
_VERSION = re.compile(r"[A-Za-z0-9._+-]+\Z")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}\Z")

OCTET_STREAM = "application/octet-stream"

# No files of this machine are read, so that a type does not depend on where the server runs.
_TYPES = MimeTypes(filenames=())
for _type, _suffixes in {
    "application/jsonl": (".jsonl", ".ndjson"),
    "application/toml": (".toml",),
    "application/vnd.apache.parquet": (".parquet",),
    "application/yaml": (".yaml", ".yml"),
    "image/webp": (".webp",),
    "text/csv": (".csv",),
    "text/markdown": (".md",),
    "text/plain": (".log", ".cfg", ".ini", ".conf"),
    "text/x-python": (".py",),
}.items():
    for _suffix in _suffixes:
        _TYPES.add_type(_type, _suffix)


def check_path(path: str) -> str:
    """The path of a file: relative, POSIX, and the same wherever somebody saves it.

    Raises:
        InvalidValue: it is not; the message says why.
    """
    fault = _fault(path)
    if fault is not None:
        shown = path.encode("utf-8", "replace").decode()[:200]
        raise InvalidValue(f"Invalid path {shown!r}: {fault}.", field="path")
    return path


def check_directory(path: str) -> str:
    """The path of a directory, without the slash it may end with; the empty path is the package itself.

    Raises:
        InvalidValue: as for a file.
    """
    path = path.removesuffix("/")
    return check_path(path) if path else ""


def _fault(path: str) -> str | None:
    if not path:
        return "it is empty"
    plain = path.isascii() and path.isprintable()  # as nearly all are, which is told at once
    if not plain and (_TURNING.search(path) or any(unicodedata.category(sign) in _UNSEEN for sign in path)):
        return "it contains a character that cannot be seen"
    if len(path.encode()) > MAX_PATH_BYTES:
        return f"it is longer than {MAX_PATH_BYTES} bytes"
    if "\\" in path:
        return "it contains a backslash; separate directories by /"
    for segment in path.split("/"):
        fault = _segment_fault(segment)
        if fault is not None:
            return fault
    return None


def _segment_fault(segment: str) -> str | None:
    if not segment:
        return "it is absolute or has an empty segment"
    if len(segment.encode()) > MAX_SEGMENT_BYTES:
        return f"a segment is longer than {MAX_SEGMENT_BYTES} bytes"
    if segment in (".", ".."):
        return "it contains the segment . or .."
    if _DRIVE.match(segment):
        return f"the segment {segment[:20]!r} begins with a drive, which leads elsewhere on Windows"
    if "%" in segment and _leads_outside_when_decoded(segment):
        return "percent-decoded, it contains a drive or the segment . or .."
    return None


def _leads_outside_when_decoded(segment: str) -> bool:
    """Whether percent-decoding, however often, makes a way out of a segment: clients may decode once more."""
    while (decoded := unquote(segment)) != segment:
        segment = decoded
        parts = re.split(r"[/\\]", segment)
        if not {".", "..", ""}.isdisjoint(parts) or any(map(_DRIVE.match, parts)) or "\0" in segment:
            return True
    return False


def ancestors(path: str) -> list[str]:
    """The directories above a path, outermost first: `a`, `a/b` for `a/b/c`."""
    segments = path.split("/")
    return ["/".join(segments[:count]) for count in range(1, len(segments))]


def check_ref(ref: PackageRef) -> PackageRef:
    """A package whose name and version follow the rules of its type.

    Raises:
        InvalidValue: naming `package_name` or `package_version`.
    """
    if ref.type is PackageType.GENERIC and not _GENERIC_NAME.match(ref.name):
        raise InvalidValue("package_name is invalid", field="package_name")
    # The other names are given out by experiments and by models, which have rules of their own.
    if not 0 < len(ref.name) <= MAX_NAME_CHARACTERS:
        raise InvalidValue("package_name is invalid", field="package_name")
    if len(ref.version) > MAX_NAME_CHARACTERS or not _VERSION.match(ref.version) or ".." in ref.version:
        raise InvalidValue("package_version is invalid", field="package_version")
    return ref


def matches(exceptions: str, ref: PackageRef) -> bool:
    """Whether a package's name or version is, as a whole, what a regular expression describes."""
    return bool(exceptions) and any(re.fullmatch(exceptions, text) for text in (ref.name, ref.version))


def is_of_candidates(name: str) -> bool:
    """Whether packages of this name belong to an experiment: to its candidates and to what they logged."""
    return name.startswith(CANDIDATES)


def has_candidate(ref: PackageRef) -> bool:
    """Whether the files of a package are those of a candidate, or of what one logged."""
    return ref.type is PackageType.ML_MODEL and is_of_candidates(ref.name)


def media_type(path: str, declared: str | None) -> str:
    """The type of a file: by its name when that is known, else what the sender declared, else plain bytes."""
    guessed, encoding = _TYPES.guess_type(path.rsplit("/", 1)[-1], strict=False)
    if guessed is not None and encoding is None:
        return guessed
    plain = (declared or "").split(";", 1)[0].strip().lower()
    return plain if _MEDIA_TYPE.match(plain) else OCTET_STREAM
