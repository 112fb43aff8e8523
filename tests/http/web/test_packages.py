"""Packages in the browser's API: lists, one package with what it belongs to, its files, deletion."""

from collections.abc import Callable

import pytest

from tests.http.client import Client, refused
from tests.http.mlflow.test_registered_models import new_version


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_packages_say_what_they_hold_and_what_they_belong_to(rita: Client) -> None:
    mlflow, project = rita.mlflow, rita.project.replace("/", "%2F")
    base = f"/api/v1/projects/{project}/packages"
    job = [{"key": "gitlab.CI_JOB_ID", "value": "4711"}]
    uri = mlflow.run(run := mlflow.new_run(run_name="forest", tags=job))["info"]["artifact_uri"]
    rita.request("PUT", f"{mlflow.files}/{uri.removeprefix('mlflow-artifacts:/')}/m/MLmodel", content=b"flavors")
    mlflow.call("registered-models/create", name="tree")
    new_version(mlflow, "tree", source=f"{uri}/m", run_id=run)
    for version in ("1.0", "2.0"):
        rita.request("PUT", f"/api/v4/projects/{project}/packages/generic/tools/{version}/a.html", content=b"<b>")

    def names(**query: object) -> list[str]:
        return [item["name"] for item in rita.get(base, params=query).json()["packages"]]

    found = rita.get(base).json()
    assert [(item["name"], item["files"], item["size"]) for item in found["packages"]] == [
        ("tools", 1, 3),
        ("tools", 1, 3),
        ("tree", 1, 7),
        ("ml_experiment_0", 1, 7),
    ]
    assert (found["total"], found["kept"], found["limit"]) == (4, 10, None)
    assert names(search="TRE") == ["tree"]
    assert names(type="generic") == ["tools", "tools"]
    assert names(page=2) == []
    refused(rita.get(base, params={"page": 0}), 400, "INVALID_PARAMETER_VALUE", "page")

    ids = {f"{item['name']}/{item['version']}": item["id"] for item in found["packages"]}
    candidate, version, tool = (
        rita.get(f"{base}/{ids[name]}").json() for name in ("ml_experiment_0/1", "tree/1.0.0", "tools/1.0")
    )
    assert (candidate["candidate"]["name"], candidate["model_version"]) == ("forest", None)
    assert (version["candidate"]["name"], version["model_version"]["name"]) == ("forest", "tree")
    assert (candidate["ci"]["facts"][0]["text"], version["ci"]["system"]) == ("4711", "gitlab")
    assert (tool["candidate"], tool["model_version"], tool["ci"]) == (None, None, None)
    assert [item["path"] for item in version["files"]] == ["MLmodel"]
    assert [item["version"] for item in tool["versions"]] == ["2.0"]
    shown = rita.get(f"{base}/{ids['tools/1.0']}/files/a.html", params={"inline": "1"})
    assert shown.content == b"<b>"
    assert shown.headers["content-disposition"].startswith("attachment")
    added = f"{base}/{ids['tools/1.0']}/files/lib/b.txt"
    assert rita.request("PUT", added, content=b"b").json()["path"] == "lib/b.txt"
    zipped = rita.get(f"{base}/{ids['tools/1.0']}/archive")
    assert zipped.headers["content-disposition"] == 'attachment; filename="tools 1.0.zip"'
    assert rita.request("DELETE", added).status_code == 200
    assert [item["path"] for item in rita.get(f"{base}/{ids['tools/1.0']}/files").json()["files"]] == ["a.html"]
    assert rita.request("DELETE", f"{base}/{ids['tools/1.0']}").status_code == 200
    assert names(search="tools") == ["tools"]
    for path in (ids["tools/1.0"], "x", f"{ids['tools/1.0']}/files/a.html"):
        assert rita.get(f"{base}/{path}").status_code in (400, 404)
    for page in ("packages", f"packages/{ids['tree/1.0.0']}"):
        assert rita.get(f"/{rita.project}/-/{page}").status_code == 200
    assert rita.get(f"/{rita.project}/-/packages/99").status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_package_of_a_deleted_candidate_is_closed(rita: Client) -> None:
    run_id = rita.mlflow.new_run()
    assert rita.request("PUT", f"{rita.mlflow.files}/candidate:1/a.txt", content=b"a").status_code == 200
    address = f"/api/v1/projects/{rita.project.replace('/', '%2F')}/packages"
    package = f"{address}/{rita.get(address).json()['packages'][0]['id']}"
    assert rita.get(package).json()["closed"] is False
    rita.mlflow.call("runs/delete", run_id=run_id)
    assert rita.get(package).json()["closed"] is True
    assert rita.request("PUT", f"{package}/files/b.txt", content=b"b").status_code == 400
    gitlab = package.replace("/api/v1/", "/api/v4/")
    for address in (gitlab, f"{gitlab}/package_files/{rita.get(f'{gitlab}/package_files').json()[0]['id']}"):
        refused(rita.request("DELETE", address), 400, "INVALID_PARAMETER_VALUE", "package_id")
    refused(rita.request("DELETE", package), 400, "INVALID_PARAMETER_VALUE", "package")
    assert rita.request("DELETE", f"{package}/files/a.txt").status_code == 400
    rita.mlflow.call("runs/restore", run_id=run_id)
    assert rita.get(package).json()["closed"] is False
    assert rita.request("DELETE", package).status_code == 200


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_duplicates_are_allowed_or_not(as_member: Callable[[str], Client]) -> None:
    rita, mara = as_member("rita"), as_member("mara")
    project = rita.project.replace("/", "%2F")
    address = f"/api/v1/projects/{project}/packages/settings"
    assert rita.get(address).json() == {
        "duplicates_allowed": True, "duplicate_exceptions": "", "size_limit": None,
    }  # fmt: skip
    refused(rita.request("PATCH", address, json={"duplicates_allowed": False}), 403, "PERMISSION_DENIED")
    page = f"/{rita.project}/edit"
    shown = [member.get(page, headers={"Accept": "application/json"}).json()["people"] for member in (rita, mara)]
    assert [part["package_settings"] for part in shown] == [None, rita.get(address).json()]
    changed = mara.request("PATCH", address, json={"duplicates_allowed": False, "duplicate_exceptions": "nightly-.*"})
    assert changed.json() == rita.get(address).json()
    assert changed.json()["duplicates_allowed"] is False
    assert mara.request("PATCH", address, json={}).json() == changed.json()

    def put(version: str) -> int:
        path = f"/api/v4/projects/{project}/packages/generic/tools/{version}/a"
        return rita.request("PUT", path, content=b"a").status_code

    assert [put("1.0"), put("1.0"), put("nightly-1"), put("nightly-1")] == [201, 400, 201, 201]
    for wrong in ("[", "(a+)+", "a" * 256):
        refused(
            mara.request("PATCH", address, json={"duplicate_exceptions": wrong}),
            400,
            "INVALID_PARAMETER_VALUE",
            "duplicate_exceptions",
        )
    events = as_member("olga").get(f"/api/v4/projects/{project}/audit_events").text
    assert events.count("package_settings:change") == 1
