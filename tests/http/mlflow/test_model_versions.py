"""Versions of registered models: numbers, semantic versions, sources, stages, files."""

from collections.abc import Callable

import pytest

from tests.http.client import Client, Mlflow, refused
from tests.http.mlflow.test_registered_models import new_version


@pytest.fixture
def tree(mlflow: Mlflow) -> str:
    mlflow.call("registered-models/create", name="tree")
    return "tree"


@pytest.fixture
def run(mlflow: Mlflow) -> str:
    return mlflow.new_run(mlflow.new_experiment())


def test_a_version_from_a_run_keeps_the_link_to_it(mlflow: Mlflow, tree: str, run: str) -> None:
    root = mlflow.run(run)["info"]["artifact_uri"]
    made = new_version(
        mlflow, tree, source=f"{root}/model", run_id=run, run_link="http://ci/1", description="d", tags=[]
    )
    found = mlflow.ask("model-versions/get", name=tree, version="1")["model_version"]

    assert made == found
    assert made.pop("creation_timestamp") == made.pop("last_updated_timestamp")
    assert made == {
        "name": "tree",
        "version": "1",
        "semantic_version": "1.0.0",
        "current_stage": "None",
        "status": "READY",
        "source": f"{root}/model",
        "run_id": run,
        "run_link": "http://ci/1",
        "description": "d",
    }
    uri = mlflow.ask("model-versions/get-download-uri", name=tree, version="1")
    assert uri == {"artifact_uri": f"{root}/model"}


def test_numbers_only_grow(mlflow: Mlflow, tree: str) -> None:
    for number in (1, 2):
        assert new_version(mlflow, tree)["version"] == str(number)
    for version in ("2", "1"):
        mlflow.do("DELETE", "model-versions/delete", name=tree, version=version)
    message = refused(mlflow.get("model-versions/get", name=tree, version="2"), 404, "RESOURCE_DOES_NOT_EXIST")
    assert message == "Model Version (name=tree, version=2) not found"
    made = new_version(mlflow, tree)
    assert (made["version"], made["semantic_version"]) == ("3", "3.0.0")


def test_semantic_versions_as_gitlab_has_them(mlflow: Mlflow, tree: str) -> None:
    def tagged(text: str) -> list[dict[str, str]]:
        return [{"key": "gitlab.version", "value": text}]

    assert new_version(mlflow, tree, tags=tagged("2.1.0-rc.1+b5"))["semantic_version"] == "2.1.0-rc.1+b5"
    assert new_version(mlflow, tree)["semantic_version"] == "3.0.0"
    found = mlflow.ask("model-versions/get", name=tree, version="2.1.0-rc.1+b5")["model_version"]
    assert found["version"] == "1"
    assert mlflow.ask("registered-models/alias", name=tree, alias="3.0.0")["model_version"]["version"] == "2"
    taken = mlflow.post("model-versions/create", name=tree, source="s3://b/m", tags=tagged("3.0.0"))
    refused(taken, 400, "RESOURCE_ALREADY_EXISTS", "tags.gitlab.version")
    for text in ("1", "1.2", "v1.0.0", "01.0.0", "1.0.0-", ""):
        wrong = mlflow.post("model-versions/create", name=tree, source="s3://b/m", tags=tagged(text))
        refused(wrong, 400, "INVALID_PARAMETER_VALUE", "tags.gitlab.version")

    mlflow.call("model-versions/set-tag", name=tree, version="2", key="gitlab.version", value="3.1.0")
    assert mlflow.ask("model-versions/get", name=tree, version="3.1.0")["model_version"]["version"] == "2"


def test_a_version_of_gitlabs_client_has_files_of_its_own(rita: Client, mlflow: Mlflow, tree: str) -> None:
    tags = [{"key": "gitlab.version", "value": "1.2.0"}]
    made = new_version(mlflow, tree, source="1.2.0", tags=tags)
    uri = mlflow.ask("model-versions/get-download-uri", name=tree, version="1.2.0")["artifact_uri"]
    path = uri.removeprefix("mlflow-artifacts:/")

    assert made["source"] == "1.2.0"
    assert rita.request("PUT", f"{mlflow.files}/{path}/a/b.txt", content=b"beta").status_code == 200
    assert rita.get(f"{mlflow.files}/{path}/a/b.txt").content == b"beta"
    by_name = mlflow.prefix.replace("/api/2.0/mlflow/", "/model-versions/get-artifact")
    assert rita.get(by_name, params={"name": tree, "version": "1", "path": "a/b.txt"}).content == b"beta"
    from_run = new_version(mlflow, tree, source="", run_id=mlflow.new_run())
    assert str(from_run["source"]).startswith("mlflow-artifacts:/files/candidate:")


@pytest.mark.parametrize(
    "source",
    [
        "/etc/passwd",
        "model",
        "./model",
        "C:\\model",
        "file:///etc/passwd",
        "s3://bucket/../other",
        "s3://bucket/%2e%2e/other",
        "s3://bucket/%252e%252e/other",
        "mlflow-artifacts:/candidate:1/../candidate:2",
        "mlflow-artifacts:/candidate:4711/model",
        "mlflow-artifacts:/somewhere",
        "http://host/api/2.0/mlflow-artifacts/artifacts/candidate:4711/model",
        "models:/m-00000000000000000000000000000000",
        "models://other/tree/1",
        "models:/tree",
        "models:/a/b/c",
        "runs:/00000000000000000000000000000000/model",
        "runs:/",
        "",
        "s3://" + "x" * 2048,
    ],
)
def test_sources_that_are_refused(mlflow: Mlflow, tree: str, source: str) -> None:
    message = refused(mlflow.post("model-versions/create", name=tree, source=source), 400, "INVALID_PARAMETER_VALUE")
    assert "source" in message
    assert mlflow.ask("model-versions/search") == {}


def test_a_source_must_be_of_the_run_that_it_names(mlflow: Mlflow, tree: str, run: str) -> None:
    other = mlflow.new_run()
    root = mlflow.run(run)["info"]["artifact_uri"]
    for source in (f"{root}/model", f"runs:/{run}/model", f"mlflow-artifacts:/1/{run}/artifacts/model"):
        wrong = mlflow.post("model-versions/create", name=tree, source=source, run_id=other)
        refused(wrong, 400, "INVALID_PARAMETER_VALUE", "run_id")
        # Where no run is given, the source says which it is.
        assert new_version(mlflow, tree, source=source)["run_id"] == run


def test_a_run_of_another_server_is_kept_as_it_was_said(mlflow: Mlflow, tree: str) -> None:
    assert new_version(mlflow, tree, run_id="f" * 32)["run_id"] == "f" * 32
    assert [
        item["version"]
        for item in mlflow.ask("model-versions/search", filter=f"run_id = '{'f' * 32}'")["model_versions"]
    ] == ["1"]


def test_a_copy_points_at_the_files_and_the_run_of_the_original(mlflow: Mlflow, tree: str, run: str) -> None:
    root = mlflow.run(run)["info"]["artifact_uri"]
    new_version(mlflow, tree, source=f"{root}/model", run_id=run)
    mlflow.call("registered-models/alias", name=tree, alias="best", version="1")
    mlflow.call("registered-models/create", name="prod")
    for source in (f"models:/{tree}/1", f"models:/{tree}/1.0.0", f"models:/{tree}@best", f"models:/{tree}/latest"):
        copied = new_version(mlflow, "prod", source=source)
        assert (copied["source"], copied["run_id"]) == ("models:/tree/1", run)
        uri = mlflow.ask("model-versions/get-download-uri", name="prod", version=copied["version"])
        assert uri["artifact_uri"] == f"{root}/model"
    refused(
        mlflow.post("model-versions/create", name="prod", source=f"models:/{tree}/1", run_id="f" * 32),
        400,
        "INVALID_PARAMETER_VALUE",
        "run_id",
    )


def test_stages_archive_others_only_where_they_are_in_use(mlflow: Mlflow, tree: str) -> None:
    for _ in range(3):
        new_version(mlflow, tree)

    def move(version: str, stage: str, **fields: object) -> dict[str, str]:
        mlflow.call("model-versions/transition-stage", name=tree, version=version, stage=stage, **fields)
        found = mlflow.ask("model-versions/search")["model_versions"]
        return {item["version"]: item["current_stage"] for item in found}

    move("1", "Production")
    assert move("2", "production") == {"1": "Production", "2": "Production", "3": "None"}
    stages = move("3", "Production", archive_existing_versions=True)
    assert stages == {"1": "Archived", "2": "Archived", "3": "Production"}
    for wrong in (
        {"stage": "None", "archive_existing_versions": True},
        {"stage": "archived", "archive_existing_versions": True},
        {"stage": "nowhere"},
    ):
        answer = mlflow.post("model-versions/transition-stage", name=tree, version="1", **wrong)
        refused(answer, 400, "INVALID_PARAMETER_VALUE")


def test_description_and_tags(mlflow: Mlflow, tree: str) -> None:
    new_version(mlflow, tree)
    changed = mlflow.do("PATCH", "model-versions/update", name=tree, version="1", description="new")
    assert changed["model_version"]["description"] == "new"
    mlflow.call("model-versions/set-tag", name=tree, version="1", key="k", value="v")
    assert mlflow.ask("model-versions/get", name=tree, version="1")["model_version"]["tags"] == [
        {"key": "k", "value": "v"}
    ]
    refused(
        mlflow.post("model-versions/set-tag", name=tree, version="1", key="k"), 400, "INVALID_PARAMETER_VALUE", "value"
    )
    for _ in range(2):
        assert mlflow.do("DELETE", "model-versions/delete-tag", name=tree, version="1", key="k") == {}
    for version in ("x", "1.2", "", "-1"):
        refused(mlflow.get("model-versions/get", name=tree, version=version), 400, "INVALID_PARAMETER_VALUE")


def test_search_filters_orders_and_pages(mlflow: Mlflow, tree: str, run: str) -> None:
    mlflow.call("registered-models/create", name="a")
    for name in ("a", tree):
        for number in range(3):
            new_version(mlflow, name, source=f"s3://b/{name}/{number}", tags=[{"key": "n", "value": str(number)}])
    new_version(mlflow, "a", source=f"runs:/{run}/m", run_id=run)

    def found(**query: object) -> list[tuple[str, str]]:
        answer = mlflow.ask("model-versions/search", **query)
        return [(item["name"], item["version"]) for item in answer.get("model_versions", [])]

    ordered = [("a", "4"), ("a", "3"), ("a", "2"), ("a", "1"), (tree, "3"), (tree, "2"), (tree, "1")]
    assert found() == ordered
    assert found(filter=f"run_id = '{run}'") == [("a", "4")]
    assert found(filter=f"run_id IN ('{run}','{'0' * 32}')") == [("a", "4")]
    assert found(filter="version_number > 2 AND name = 'a'") == [("a", "4"), ("a", "3")]
    assert found(filter="version_number = '1'") == [("a", "1"), (tree, "1")]
    assert found(filter="source_path LIKE 's3://b/tree/%' AND tags.n != '0'") == [(tree, "3"), (tree, "2")]
    assert found(order_by=["version_number ASC", "name DESC"])[:2] == [(tree, "1"), ("a", "1")]
    assert found(order_by="creation_timestamp DESC")[0] == ("a", "4")
    first = mlflow.ask("model-versions/search", max_results=4)
    rest = found(max_results=4, page_token=first["next_page_token"])
    assert rest == ordered[4:]
    refused(mlflow.get("model-versions/search", max_results=200_001), 400, "INVALID_PARAMETER_VALUE", "max_results")


def test_files_elsewhere_are_not_served(rita: Client, mlflow: Mlflow, tree: str) -> None:
    new_version(mlflow, tree)
    by_name = mlflow.prefix.replace("/api/2.0/mlflow/", "/model-versions/get-artifact")
    answer = rita.get(by_name, params={"name": tree, "version": "1", "path": "a.txt"})
    assert "s3://bucket/model" in refused(answer, 400, "INVALID_PARAMETER_VALUE")


def test_another_project_sees_nothing_of_it(as_member: Callable[[str], Client], mlflow: Mlflow, tree: str) -> None:
    new_version(mlflow, tree)
    otto = as_member("otto")
    base = "/api/v4/projects/otto%2Fspeech/ml/mlflow/api/2.0/mlflow/"
    assert otto.get(f"{base}registered-models/search").json() == {}
    assert otto.get(f"{base}model-versions/search").json() == {}
    for operation in ("registered-models/get", "model-versions/get", "model-versions/get-download-uri"):
        answer = otto.get(base + operation, params={"name": tree, "version": "1"})
        refused(answer, 404, "RESOURCE_DOES_NOT_EXIST")
