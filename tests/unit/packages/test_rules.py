"""Paths, names and types of package files."""

import ntpath
import posixpath
import string
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist.errors import InvalidValue
from shortlist.packages import rules
from shortlist.packages.types import PackageRef, PackageType

# Characters out of which ways outside are made, among ordinary ones.
NASTY = st.text(alphabet="./\\%253ef:aC\0\n\u202e\u2215\uff0e é", max_size=24)


@pytest.mark.parametrize(
    "path",
    [
        "model.pkl",
        "a/b/c.txt",
        "with space/ümlaut/日本語.png",
        "...",
        "..a/b..",
        ".hidden/.file",
        "100% done.txt",
        "dir%2Ffile",
        "12:30:59/model:v1.bin",
        ":x/:",
        "👩‍💻.png",  # joined by a character that cannot be seen, and rightly so
        "x" * 255,
        "/".join(["y" * 127] * 8),
    ],
)
def test_ordinary_paths_pass_unchanged(path: str) -> None:
    assert rules.check_path(path) == path


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "empty"),
        ("/etc/passwd", "absolute"),
        ("a//b", "empty segment"),
        ("a/", "empty segment"),
        (".", "segment"),
        ("a/./b", "segment"),
        ("..", "segment"),
        ("a/../../b", "segment"),
        ("%2e%2e/b", "segment"),
        ("%252E%252e/b", "segment"),
        ("a/..%2f..%2fetc", "segment"),
        ("a/b%5c..%5cc", "segment"),
        ("%2fetc", "segment"),
        ("a%00.txt", "segment"),
        ("a\0b", "cannot be seen"),
        ("a\nb", "cannot be seen"),
        ("a\x7fb", "cannot be seen"),
        ("a\x85b", "cannot be seen"),
        ("a\u2028b", "cannot be seen"),
        ("exe\u202egnp.txt", "cannot be seen"),
        ("a\ud800b", "cannot be seen"),
        ("..\\windows", "backslash"),
        ("C:/windows", "drive"),
        ("c:", "drive"),
        ("C:x", "drive"),
        ("a/b/C:x", "drive"),
        ("a/1:", "drive"),
        ("é:x", "drive"),
        ("::x", "drive"),
        ("C%3Ax", "drive"),
        ("a/%43%253ax", "drive"),
        ("a%2fC:x", "drive"),
        ("a%5cC:x", "drive"),
        ("x" * 257, "255 bytes"),
        ("é" * 128, "255 bytes"),
        ("/".join(["y" * 128] * 8), "1024 bytes"),
    ],
)
def test_other_paths_are_refused_with_the_reason(path: str, reason: str) -> None:
    with pytest.raises(InvalidValue, match="Invalid path") as caught:
        rules.check_path(path)
    assert reason in caught.value.message
    assert caught.value.field == "path"
    caught.value.message.encode()


def accepted(path: str) -> bool:
    try:
        rules.check_path(path)
    except InvalidValue:
        return False
    return True


@given(NASTY | st.text(max_size=40))
def test_what_passes_never_leads_outside(path: str) -> None:
    """Joined to a folder, in POSIX or Windows terms, plain or decoded once or twice, it stays below."""
    if not accepted(path):
        return
    for form in (path, unquote(path), unquote(unquote(path)), path.replace("\\", "/")):
        joined = posixpath.normpath(posixpath.join("/root/folder", form))
        assert joined.startswith("/root/folder/"), form
        assert "\0" not in form
        local = "D:\\folder"
        for segment in form.split("/"):
            local = ntpath.join(local, segment)
        assert ntpath.normpath(local).startswith("D:\\folder\\"), form
    assert not path.startswith("/")
    assert len(path.encode()) <= rules.MAX_PATH_BYTES


@given(st.lists(st.text(alphabet=string.ascii_letters + string.digits + "._- ", min_size=1, max_size=20), max_size=8))
def test_portable_names_pass_but_for_dots(segments: list[str]) -> None:
    path = "/".join(segments)
    assert accepted(path) == (bool(segments) and not {".", ".."} & set(segments))


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=6))
def test_ancestors_are_the_proper_prefixes(segments: list[str]) -> None:
    found = rules.ancestors("/".join(segments))
    assert [item.split("/") for item in found] == [segments[:count] for count in range(1, len(segments))]


def test_a_directory_may_end_with_a_slash_or_be_the_root() -> None:
    assert rules.check_directory("a/b/") == "a/b"
    assert rules.check_directory("a/b") == "a/b"
    assert rules.check_directory("") == ""
    assert rules.check_directory("/") == ""
    for path in ("a//", "../", "//"):
        with pytest.raises(InvalidValue):
            rules.check_directory(path)


@pytest.mark.parametrize(
    ("kind", "name", "version", "field"),
    [
        (PackageType.ML_MODEL, "ml_experiment_1", "12", None),
        (PackageType.ML_MODEL, "@team/detector", "1.0.0-rc.1+b2", None),
        (PackageType.ML_MODEL, "any name that a model may have", "1", None),
        (PackageType.ML_MODEL, "", "1", "package_name"),
        (PackageType.GENERIC, "my.package+x_1-2", "1.0", None),
        (PackageType.GENERIC, "team/package", "1.0", "package_name"),
        (PackageType.GENERIC, "a b", "1.0", "package_name"),
        (PackageType.GENERIC, "", "1.0", "package_name"),
        (PackageType.GENERIC, "a\n", "1.0", "package_name"),
        (PackageType.GENERIC, "x" * 257, "1.0", "package_name"),
        (PackageType.GENERIC, "a", "", "package_version"),
        (PackageType.GENERIC, "a", "1..0", "package_version"),
        (PackageType.GENERIC, "a", "1/0", "package_version"),
        (PackageType.GENERIC, "a", "1" * 257, "package_version"),
    ],
)
def test_package_names_and_versions(kind: PackageType, name: str, version: str, field: str | None) -> None:
    ref = PackageRef(kind, name, version)
    if field is None:
        assert rules.check_ref(ref) is ref
        return
    with pytest.raises(InvalidValue, match=f"{field} is invalid") as caught:
        rules.check_ref(ref)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("path", "declared", "expected"),
    [
        ("a/b.png", "text/html", "image/png"),
        ("metrics.csv", None, "text/csv"),
        ("conda.yaml", None, "application/yaml"),
        ("table.parquet", None, "application/vnd.apache.parquet"),
        ("MLmodel", "text/plain; charset=utf-8", "text/plain"),
        ("MLmodel", None, "application/octet-stream"),
        ("weights.tar.gz", "application/x-tar", "application/x-tar"),
        ("strange.xyzzy", "not a type", "application/octet-stream"),
        ("strange.xyzzy", "text/plain\r\nset-cookie: a=b", "application/octet-stream"),
        ("strange.xyzzy", "Image/PNG", "image/png"),
        ("page.html", "image/png", "text/html"),
    ],
)
def test_media_types(path: str, declared: str | None, expected: str) -> None:
    assert rules.media_type(path, declared) == expected
