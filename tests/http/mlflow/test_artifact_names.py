"""Whatever name a file has, it comes back under this name, from all addresses, and nothing else is touched."""

import unicodedata
from pathlib import Path
from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shortlist.errors import InvalidValue
from shortlist.packages import rules
from tests.http.client import Client, refused

# Out of these, ways outside are made, and names that mean something to some system.
NASTY = st.text(alphabet="./\\%25e2E:#~*?|\0\n\u202e\uff0e\u2215é é", min_size=1, max_size=16)
RESERVED = (
    "CON", "nul.txt", "aux/lpt1", "COM1.tar.gz", "desktop.ini", ".git/config", "a#1", "#1", "~", "-rf", "*", "a?b=c&d",
    "MLmodel", "candidate:2", "__proto__", "100%", "x" * 255, "é" * 127, "日本" * 42, "a." * 100, " ", " b ",
)  # fmt: skip


def accepted(path: str) -> bool:
    try:
        rules.check_path(path)
    except InvalidValue:
        return False
    return True


@pytest.fixture
def base(rita: Client) -> str:
    rita.mlflow.new_run()
    return f"{rita.mlflow.files}/candidate:1"


def names(rita: Client) -> list[str]:
    project = rita.project.replace("/", "%2F")
    found = rita.get(f"/api/v4/projects/{project}/packages").json()
    if not found:
        return []
    files = rita.get(f"/api/v4/projects/{project}/packages/{found[0]['id']}/package_files", params={"per_page": 100})
    return [item["file_name"] for item in files.json()]


@pytest.mark.parametrize("database_kind", ["sqlite"])
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(path=NASTY | st.text(min_size=1, max_size=20))
@example(path="../../etc/passwd")
@example(path="a/../../b")
@example(path="..%2f..%2fetc")
@example(path="%2e%2e/%2e%2e/b")
@example(path="a\0b")
@example(path="a\n")
def test_a_name_is_refused_or_kept_as_it_is(rita: Client, base: str, tmp_path: Path, path: str) -> None:
    # What leads out of the folder of the server's data ends here, or in a new folder that is here.
    before = set(tmp_path.parent.iterdir())
    try:
        encoded = quote(path, safe="")
    except UnicodeEncodeError:
        return
    put = rita.request("PUT", f"{base}/{encoded}", content=path.encode())
    if not accepted(path):
        assert put.status_code in (400, 404, 405), put.text
        assert names(rita) == []
    else:
        assert put.status_code == 200, put.text
        assert names(rita) == [path]
        assert rita.get(f"{base}/{encoded}").content == path.encode()
        assert rita.request("DELETE", f"{base}/{encoded}").status_code == 200
        assert names(rita) == []
    assert set(tmp_path.parent.iterdir()) == before


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_names_that_mean_something_elsewhere_mean_nothing_here(rita: Client, base: str) -> None:
    wanted = [name for name in RESERVED if accepted(name)]
    assert len(wanted) == len(RESERVED)
    for name in wanted:
        assert rita.request("PUT", f"{base}/{quote(name, safe='/')}", content=name.encode()).status_code == 200, name
    assert sorted(names(rita)) == sorted(wanted)
    project = rita.project.replace("/", "%2F")
    for name in wanted:
        below = f"packages/ml_models/candidate:1/files/{quote(name, safe='/')}"
        for address in (f"{base}/{quote(name, safe='/')}", f"/api/v4/projects/{project}/{below}"):
            found = rita.get(address)
            assert found.content == name.encode(), address
            found.headers["content-disposition"].encode("ascii")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_two_forms_of_a_letter_are_two_files(rita: Client, base: str) -> None:
    """A store that joined them would overwrite one file with the other."""
    forms = [unicodedata.normalize(form, "résumé.txt") for form in ("NFC", "NFD")]
    for form in forms:
        assert rita.request("PUT", f"{base}/{quote(form)}", content=form.encode()).status_code == 200
    assert sorted(names(rita)) == sorted(forms)
    assert [rita.get(f"{base}/{quote(form)}").content for form in forms] == [form.encode() for form in forms]


def is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


# No route has an address with a line break in it.
NO_TEXT = st.binary(min_size=1, max_size=12).filter(lambda raw: not is_text(raw) and b"\n" not in raw)


@pytest.mark.parametrize("database_kind", ["sqlite"])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(raw=NO_TEXT, before=st.sampled_from(["", "a", "dir/"]))
@example(raw=b"\xff", before="a")
@example(raw=b"\xed\xa0\x80", before="a")  # a lone surrogate
@example(raw=b"\xc0\xae\xc0\xae/x", before="")  # `..` in a form that is too long
def test_bytes_that_are_no_text_are_refused_everywhere(rita: Client, base: str, raw: bytes, before: str) -> None:
    name = before + quote_from_bytes(raw, safe="")
    project = rita.project.replace("/", "%2F")
    v4, v1 = (f"/api/{version}/projects/{project}" for version in ("v4", "v1"))
    proxy = base.rpartition("/artifacts/")[0]
    run = rita.mlflow.call("runs/search", experiment_ids=["0"])["runs"][0]["info"]["run_id"]
    for address in (
        f"{base}/{name}",
        f"{v4}/packages/generic/tools/1.0/{name}",
        f"{v4}/packages/ml_models/candidate:1/files/{name}",
        f"{v1}/candidates/1/files/{name}",
    ):
        for method in ("PUT", "GET"):
            answer = rita.request(method, address, content=b"x" if method == "PUT" else b"")
            assert (answer.status_code, "path" in answer.text) == (400, True), (method, address, answer.text)
    for method, address in (
        ("DELETE", f"{base}/{name}"),
        ("GET", f"{proxy}/presigned/candidate:1/{name}"),
        ("DELETE", f"{v1}/candidates/1/files/{name}"),
        ("GET", f"{v1}/candidates/1/archive?path={name}"),
        ("GET", f"/get-artifact?run_id={run}&path={name}"),
        ("POST", f"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path={name}"),
    ):
        refused(rita.request(method, address), 400, "INVALID_PARAMETER_VALUE", "path")
    begun = rita.post(f"{proxy}/mpu/create/candidate:1/{name}", {"path": "a", "num_parts": 1})
    refused(begun, 400, "INVALID_PARAMETER_VALUE", "directory")
    generic = rita.request("PUT", f"{v4}/packages/generic/{quote_from_bytes(raw, safe='')}/1.0/a", content=b"x")
    assert generic.status_code in (400, 404)  # an encoded slash makes it another address
    for query in (f"path={name}", f"run_id={run}&path={name}"):
        assert rita.get(f"{proxy.rpartition('/')[0]}/mlflow/artifacts/list?{query}").status_code == 400
    assert names(rita) == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_drive_of_windows_is_refused_everywhere_and_other_colons_are_not(rita: Client, base: str) -> None:
    """Joined to a folder on Windows, `C:x` is outside of it, whichever segment it is."""
    project = rita.project.replace("/", "%2F")
    v4, v1 = (f"/api/{version}/projects/{project}" for version in ("v4", "v1"))
    proxy = base.rpartition("/artifacts/")[0]
    places = (
        base,
        f"{v4}/packages/generic/tools/1.0",
        f"{v4}/packages/ml_models/candidate:1/files",
        f"{v1}/candidates/1/files",
    )
    for name in ("C:x", "a/C:x", "C%253Ax"):
        for place in places:
            for method in ("PUT", "GET"):
                answer = rita.request(method, f"{place}/{name}", content=b"x" if method == "PUT" else b"")
                assert (answer.status_code, "drive" in answer.text) == (400, True), (method, place, answer.text)
        for method, address in (
            ("DELETE", f"{base}/{name}"),
            ("GET", f"{proxy}/presigned/candidate:1/{name}"),
            ("GET", f"{v1}/candidates/1/archive?path={name}"),
        ):
            refused(rita.request(method, address), 400, "INVALID_PARAMETER_VALUE", "path")
        for step, body in (("create", {"num_parts": 1}), ("complete", {"upload_id": "1", "parts": []})):
            answer = rita.post(f"{proxy}/mpu/{step}/candidate:1/{name}", {"path": "a", **body})
            refused(answer, 400, "INVALID_PARAMETER_VALUE", "path")
    begun = rita.post(f"{proxy}/mpu/create/candidate:1", {"path": "C:x", "num_parts": 1})
    refused(begun, 400, "INVALID_PARAMETER_VALUE", "path")
    assert names(rita) == []
    for place in places:
        assert rita.request("PUT", f"{place}/at 12:30/model:v1", content=b"x").status_code in (200, 201), place
