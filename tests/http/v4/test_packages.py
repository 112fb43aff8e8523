"""The package registry as GitLab has it: generic packages, packages of candidates and model versions, their files."""

import hashlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from shortlist.app import Application
from shortlist.packages import store_contents
from tests.cast import Cast
from tests.http.client import Client, Mlflow, refused
from tests.http.mlflow.test_registered_models import new_version

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"])


class Packages:
    """The package routes of the cast's project, as one member."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.base = f"/api/v4/projects/{client.project.replace('/', '%2F')}/packages"

    def put(self, path: str, content: bytes = b"content", **query: str) -> httpx.Response:
        return self.client.request("PUT", f"{self.base}/{path}", content=content, params=query)

    def get(self, path: object = "", **query: Any) -> httpx.Response:
        return self.client.get(f"{self.base}/{path}".rstrip("/"), params=query)

    def delete(self, path: str) -> httpx.Response:
        return self.client.request("DELETE", f"{self.base}/{path}")

    def names(self, **query: Any) -> list[str]:
        answer = self.get(**query)
        assert answer.status_code == 200, answer.text
        return [f"{item['name']}/{item['version']}" for item in answer.json()]


@pytest.fixture
def packages(rita: Client) -> Packages:
    return Packages(rita)


def test_a_generic_package_from_upload_to_deletion(packages: Packages, cast: Cast) -> None:
    made = packages.put("generic/tools/1.0/bin/run.sh", b"echo", select="package_file")
    assert made.status_code == 201
    record = made.json()
    digest = hashlib.sha256(b"echo").hexdigest()
    assert (record["file_name"], record["size"], record["file_sha256"]) == ("bin/run.sh", 4, digest)
    assert packages.put("generic/tools/1.0/bin/run.sh", b"echo 2").json() == {"message": "201 Created"}
    assert packages.put("generic/tools/1.0/read%20me.txt").status_code == 201

    found = packages.get("generic/tools/1.0/bin/run.sh")
    assert found.content == b"echo 2"
    assert found.headers["x-checksum-sha256"] == hashlib.sha256(b"echo 2").hexdigest()
    assert found.headers["content-disposition"] == 'attachment; filename="run.sh"'
    assert packages.get("generic/tools/1.0/read%20me.txt").content == b"content"
    refused(packages.get("generic/tools/1.0/other"), 404, "RESOURCE_DOES_NOT_EXIST")

    package = packages.get(record["package_id"]).json()
    assert (package["name"], package["version"], package["package_type"], package["status"]) == (
        "tools", "1.0", "generic", "default",
    )  # fmt: skip
    assert package["_links"]["web_path"] == f"/{cast.project}/-/packages/{package['id']}"
    assert package["creator_id"] == cast.users["rita"].id
    assert package["last_downloaded_at"] is not None
    packages.put("generic/tools/2.0/a")
    assert [item["version"] for item in packages.get(package["id"]).json()["versions"]] == ["2.0"]

    files = packages.get(f"{package['id']}/package_files", order_by="file_name").json()
    assert [item["file_name"] for item in files] == ["bin/run.sh", "read me.txt"]
    one = f"{package['id']}/package_files/{files[0]['id']}"
    assert packages.get(f"{one}/download").content == b"echo 2"
    assert packages.delete(one).status_code == 204
    assert packages.delete(one).status_code == 404
    assert packages.delete(str(package["id"])).status_code == 204
    for path in (str(package["id"]), f"{package['id']}/package_files", "generic/tools/1.0/read%20me.txt"):
        refused(packages.get(path), 404, "RESOURCE_DOES_NOT_EXIST")
    assert packages.put("generic/tools/1.0/again", select="package_file").json()["package_id"] != package["id"]


def test_lists_are_filtered_ordered_and_paged(packages: Packages, mlflow: Mlflow) -> None:
    run = mlflow.run(mlflow.new_run())["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    packages.client.request("PUT", f"{mlflow.files}/{run}/a.txt", content=b"a")
    for place in ("beta/2.0", "alpha/1.0", "alphabet/1.0"):
        packages.put(f"generic/{place}/f")
    packages.put("generic/secret/1.0/f", status="hidden")

    everything = ["ml_experiment_0/1", "beta/2.0", "alpha/1.0", "alphabet/1.0"]
    assert packages.names() == everything
    assert packages.names(sort="desc") == everything[::-1]
    assert packages.names(order_by="name") == ["alpha/1.0", "alphabet/1.0", "beta/2.0", "ml_experiment_0/1"]
    assert packages.names(package_type="ml_model") == everything[:1]
    assert packages.names(package_type="generic", package_name="ALPHA") == everything[2:]
    assert packages.names(package_version="1.0", sort="desc") == ["alphabet/1.0", "alpha/1.0"]
    assert (
        packages.names(package_name="%") == packages.names(package_type="npm") == packages.names(status="error") == []
    )
    assert packages.names(status="hidden") == ["secret/1.0"]
    assert packages.get("generic/secret/1.0/f").status_code == 200
    page = packages.get(per_page=3, page=2)
    assert [item["name"] for item in page.json()] == ["alphabet"]
    assert (page.headers["x-total"], page.headers["x-total-pages"], page.headers["x-prev-page"]) == ("4", "2", "1")
    assert 'rel="first"' in page.headers["link"]
    for query in ({"order_by": "size"}, {"sort": "up"}, {"package_type": "x"}, {"status": "x"}, {"page": 0}):
        assert packages.get(**query).status_code == 400, query


@sqlite_only
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("generic/a%20b/1.0/f", "package_name"),
        ("generic/a@b/1.0/f", "package_name"),
        (f"generic/{'n' * 300}/1.0/f", "package_name"),
        ("generic/a/1..0/f", "package_version"),
        ("generic/a/v%201/f", "package_version"),
        ("generic/a/1~2/f", "package_version"),
        ("generic/a/1.0/%252e%252e/f", "path"),
        ("generic/a/1.0/a%00b", "path"),
        (f"generic/a/1.0/{'f' * 256}", "path"),
        ("generic/a/1.0/f?status=error", "status"),
        ("generic/a/1.0/f?select=package", "select"),
    ],
)
def test_names_that_are_refused(packages: Packages, path: str, field: str) -> None:
    answer = packages.client.request("PUT", f"{packages.base}/{path}", content=b"x")
    refused(answer, 400, "INVALID_PARAMETER_VALUE", field)
    assert packages.names() == []


@sqlite_only
def test_a_candidates_files_are_the_same_at_every_address(packages: Packages, mlflow: Mlflow) -> None:
    experiment = mlflow.new_experiment()
    mlflow.new_run(experiment)
    uri = mlflow.run(mlflow.new_run(experiment))["info"]["artifact_uri"]
    iid = uri.partition("candidate:")[2]
    addresses = (
        f"{mlflow.files}/candidate:{iid}",
        f"{packages.base}/ml_models/candidate:{iid}/files",
        f"{packages.base}/generic/ml_experiment_{experiment}/{iid}",
        f"{packages.base}/generic/ml_experiment_{experiment}/candidate_{iid}",
    )
    for number, address in enumerate(addresses):
        content = f"from {number}".encode()
        put = packages.client.request("PUT", f"{address}/dir/file{number}", content=content)
        assert put.status_code in (200, 201), put.text
        for other in addresses:
            assert packages.client.get(f"{other}/dir/file{number}").content == content
    assert packages.names() == [f"ml_experiment_{experiment}/{iid}"]
    for path in ("ml_models/candidate:99/files/a", f"generic/ml_experiment_99/{iid}/a", "ml_models/77/files/a"):
        refused(packages.put(path), 404, "RESOURCE_DOES_NOT_EXIST")


def test_a_model_versions_package_is_named_after_the_model(
    packages: Packages, mlflow: Mlflow, application: Application
) -> None:
    uri = mlflow.run(run := mlflow.new_run())["info"]["artifact_uri"]
    root = f"{mlflow.files}/{uri.removeprefix('mlflow-artifacts:/')}"
    for path, content in (("model/MLmodel", b"flavors"), ("model/data/w.bin", b"w"), ("plot.png", b"p")):
        packages.client.request("PUT", f"{root}/{path}", content=content)
    mlflow.call("registered-models/create", name="tree")
    new_version(mlflow, "tree", source=f"{uri}/model", run_id=run)
    assert packages.names(sort="desc") == ["tree/1.0.0", "ml_experiment_0/1"]

    package = packages.get(package_name="tree").json()[0]
    files = packages.get(f"{package['id']}/package_files", order_by="file_name").json()
    assert [item["file_name"] for item in files] == ["MLmodel", "data/w.bin"]
    assert len(application.services.database.read_now(lambda connection: store_contents.some(connection, 9))) == 3
    # From now on, the version does not change with the candidate.
    packages.client.request("DELETE", f"{root}/model")
    own = mlflow.ask("model-versions/get-download-uri", name="tree", version="1")["artifact_uri"]
    for address in (f"{packages.base}/ml_models/1/files", f"{mlflow.files}/{own.removeprefix('mlflow-artifacts:/')}"):
        assert packages.client.get(f"{address}/data/w.bin").content == b"w"
    assert packages.put("ml_models/1/files/notes/a.md").status_code == 201

    mlflow.call("model-versions/set-tag", name="tree", version="1", key="gitlab.version", value="1.2.0")
    mlflow.call("registered-models/rename", name="tree", new_name="oak")
    assert packages.names(package_name="oak") == ["oak/1.2.0"]
    mlflow.call("registered-models/create", name="copies")
    new_version(mlflow, "copies", source="models:/oak/1")
    mlflow.do("DELETE", "registered-models/delete", name="oak")
    assert packages.names(package_name="oak") == []
    assert packages.get("ml_models/2/files/notes/a.md").content == b"content"


@sqlite_only
def test_duplicates_limits_and_quotas(packages: Packages, application: Application, cast: Cast) -> None:
    def set_rules(limit: int | None, exceptions: str) -> None:
        application.services.database.write_now(
            lambda connection: connection.exec_driver_sql(
                "INSERT OR REPLACE INTO package_settings (project_id, size_limit, duplicates_allowed,"
                f" duplicate_exceptions) VALUES ({cast.project_id}, {limit or 'NULL'}, 0, '{exceptions}')"
            )
        )

    packages.put("generic/a/1.0/f", b"12345")
    set_rules(None, "")
    message = refused(packages.put("generic/a/1.0/f", b"other"), 400, "INVALID_PARAMETER_VALUE", "file_name")
    assert message == "Duplicate package is not allowed"
    assert packages.put("generic/a/1.0/g").status_code == 201
    set_rules(None, "a.*")
    assert packages.put("generic/a/1.0/f", b"12345").status_code == 201

    set_rules(20, "a")
    refused(packages.put("generic/b/1.0/f", b"123456789"), 413, "PAYLOAD_TOO_LARGE", "size")
    assert packages.get("generic/b/1.0/f").status_code == 404
    assert packages.put("generic/b/1.0/f", b"12345678").status_code == 201
    assert packages.get("generic/a/1.0/f").content == b"12345"
    assert packages.names() == ["a/1.0", "b/1.0"]


@sqlite_only
def test_what_belongs_to_a_closed_part_of_the_project_is_not_there(
    as_member: Callable[[str], Client], mlflow: Mlflow, packages: Packages
) -> None:
    run = mlflow.run(mlflow.new_run())["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    packages.client.request("PUT", f"{mlflow.files}/{run}/a.txt", content=b"a")
    packages.put("generic/tools/1.0/f")
    olga, visitor = as_member("olga"), Packages(as_member("anonymous"))
    project = f"/api/v4/projects/{olga.project.replace('/', '%2F')}"
    olga.request("PUT", project, json={"visibility": "public", "model_experiments_access_level": "private"})
    assert visitor.names() == ["tools/1.0"]
    assert packages.names() == ["ml_experiment_0/1", "tools/1.0"]
    for path in ("1", "1/package_files", "ml_models/candidate:1/files/a.txt", "generic/ml_experiment_0/1/a.txt"):
        refused(visitor.get(path), 404, "RESOURCE_DOES_NOT_EXIST")
    assert visitor.get("generic/tools/1.0/f").content == b"content"
    assert visitor.put("generic/tools/1.0/g").status_code == 401
    olga.request("PUT", project, json={"package_registry_access_level": "disabled"})
    refused(packages.get(), 404, "RESOURCE_DOES_NOT_EXIST")
    assert packages.client.get(f"{mlflow.files}/{run}/a.txt").content == b"a"
