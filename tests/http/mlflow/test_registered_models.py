"""Registered models over the MLflow surface: shapes, lifecycle, tags, aliases, refusals."""

from collections.abc import Callable

import pytest

from tests.http.client import Client, Mlflow, refused


def new_version(mlflow: Mlflow, name: str, **fields: object) -> dict[str, object]:
    body = {"source": "s3://bucket/model", **fields}
    return mlflow.call("model-versions/create", name=name, **body)["model_version"]


@pytest.fixture
def tree(mlflow: Mlflow) -> str:
    mlflow.call("registered-models/create", name="tree")
    return "tree"


def test_a_new_model_has_only_what_it_was_given(mlflow: Mlflow) -> None:
    made = mlflow.call("registered-models/create", name="tree", tags=[{"key": "team", "value": "a"}])
    found = mlflow.ask("registered-models/get", name="tree")

    assert made == found
    times = {made["registered_model"].pop(name) for name in ("creation_timestamp", "last_updated_timestamp")}
    assert len(times) == 1
    assert made == {"registered_model": {"name": "tree", "tags": [{"key": "team", "value": "a"}]}}


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a:b", ".", "..", "x" * 257, None, "a\x00b"])
def test_names_that_are_refused(mlflow: Mlflow, name: object) -> None:
    refused(mlflow.post("registered-models/create", name=name), 400, "INVALID_PARAMETER_VALUE", "name")


def test_a_taken_name_is_refused_as_clients_expect(mlflow: Mlflow, tree: str) -> None:
    message = refused(mlflow.post("registered-models/create", name=tree), 400, "RESOURCE_ALREADY_EXISTS")
    assert message == "Registered Model (name=tree) already exists."


def test_what_is_not_there_is_named(mlflow: Mlflow) -> None:
    for answer in (
        mlflow.get("registered-models/get", name="tree"),
        mlflow.post("registered-models/rename", name="tree", new_name="b"),
        mlflow.send("DELETE", "registered-models/delete", name="tree"),
        mlflow.send("PATCH", "registered-models/update", name="tree", description="d"),
        mlflow.post("registered-models/set-tag", name="tree", key="k", value="v"),
        mlflow.post("registered-models/get-latest-versions", name="tree"),
        mlflow.post("model-versions/create", name="tree", source="s3://b/m"),
    ):
        message = refused(answer, 404, "RESOURCE_DOES_NOT_EXIST", "name")
        assert message == "Registered Model with name=tree not found"


def test_a_wrong_verb_is_405(mlflow: Mlflow) -> None:
    for method, operation in (
        ("GET", "registered-models/create"),
        ("POST", "registered-models/update"),
        ("POST", "registered-models/delete"),
        ("POST", "model-versions/update"),
        ("POST", "model-versions/delete"),
        ("PUT", "registered-models/alias"),
    ):
        refused(mlflow.send(method, operation), 405, "METHOD_NOT_ALLOWED")


def test_rename_takes_versions_aliases_and_tags_along(mlflow: Mlflow, tree: str) -> None:
    new_version(mlflow, tree)
    mlflow.call("registered-models/alias", name=tree, alias="best", version="1")
    mlflow.call("registered-models/create", name="other")
    refused(mlflow.post("registered-models/rename", name=tree, new_name="other"), 400, "RESOURCE_ALREADY_EXISTS")

    renamed = mlflow.call("registered-models/rename", name=tree, new_name="oak")["registered_model"]
    assert renamed["name"] == "oak"
    assert renamed["latest_versions"][0]["name"] == "oak"
    assert renamed["aliases"] == [{"alias": "best", "version": "1"}]
    found = mlflow.ask("model-versions/search", filter="name = 'oak'")["model_versions"]
    assert [item["version"] for item in found] == ["1"]


def test_update_delete_and_a_new_beginning(mlflow: Mlflow, tree: str) -> None:
    changed = mlflow.do("PATCH", "registered-models/update", name=tree, description="a tree")["registered_model"]
    assert changed["description"] == "a tree"
    new_version(mlflow, tree, tags=[{"key": "k", "value": "v"}])
    mlflow.call("registered-models/alias", name=tree, alias="best", version="1")

    assert mlflow.do("DELETE", "registered-models/delete", name=tree) == {}
    assert mlflow.ask("model-versions/search") == {}
    mlflow.call("registered-models/create", name=tree)
    assert "aliases" not in mlflow.ask("registered-models/get", name=tree)["registered_model"]
    assert new_version(mlflow, tree)["version"] == "1"


def test_tags_are_overwritten_and_deleted_quietly(mlflow: Mlflow, tree: str) -> None:
    for value in ("a", "b", "x" * 100_000):
        mlflow.call("registered-models/set-tag", name=tree, key="team", value=value)
    assert mlflow.ask("registered-models/get", name=tree)["registered_model"]["tags"][0]["value"] == "x" * 100_000
    for _ in range(2):
        assert mlflow.do("DELETE", "registered-models/delete-tag", name=tree, key="team") == {}
    assert "tags" not in mlflow.ask("registered-models/get", name=tree)["registered_model"]

    too_long = mlflow.post("registered-models/set-tag", name=tree, key="k", value="x" * 100_001)
    refused(too_long, 400, "INVALID_PARAMETER_VALUE", "value")
    refused(mlflow.post("registered-models/set-tag", name=tree, key="a//b"), 400, "INVALID_PARAMETER_VALUE", "key")


def test_an_alias_moves_and_goes_with_its_version(mlflow: Mlflow, tree: str) -> None:
    new_version(mlflow, tree)
    new_version(mlflow, tree)
    for version in ("1", "2"):
        mlflow.call("registered-models/alias", name=tree, alias="best", version=version)
    mlflow.call("registered-models/alias", name=tree, alias="old", version="1")

    assert mlflow.ask("registered-models/alias", name=tree, alias="best")["model_version"]["version"] == "2"
    assert mlflow.ask("model-versions/get", name=tree, version="2")["model_version"]["aliases"] == ["best"]
    aliases = mlflow.ask("registered-models/get", name=tree)["registered_model"]["aliases"]
    assert aliases == [{"alias": "best", "version": "2"}, {"alias": "old", "version": "1"}]

    mlflow.do("DELETE", "model-versions/delete", name=tree, version="2")
    message = refused(mlflow.get("registered-models/alias", name=tree, alias="best"), 400, "INVALID_PARAMETER_VALUE")
    assert message == "Registered model alias best not found."
    for _ in range(2):
        assert mlflow.do("DELETE", "registered-models/alias", name=tree, alias="old") == {}


@pytest.mark.parametrize("alias", ["", "latest", "LATEST", "v1", "V22", "a b", "a/b", "1.0.0", "x" * 256])
def test_aliases_that_are_refused(mlflow: Mlflow, tree: str, alias: str) -> None:
    new_version(mlflow, tree)
    answer = mlflow.post("registered-models/alias", name=tree, alias=alias, version="1")
    refused(answer, 400, "INVALID_PARAMETER_VALUE", "alias")


def test_the_latest_version_has_an_alias_of_its_own(mlflow: Mlflow, tree: str) -> None:
    refused(mlflow.get("registered-models/alias", name=tree, alias="latest"), 404, "RESOURCE_DOES_NOT_EXIST")
    for _ in range(2):
        new_version(mlflow, tree)
    assert mlflow.ask("registered-models/alias", name=tree, alias="latest")["model_version"]["version"] == "2"


def test_latest_versions_are_the_highest_of_each_stage(mlflow: Mlflow, tree: str) -> None:
    for _ in range(4):
        new_version(mlflow, tree)
    for version, stage in (("1", "production"), ("2", "PRODUCTION"), ("3", "Staging")):
        mlflow.call("model-versions/transition-stage", name=tree, version=version, stage=stage)

    def latest(**body: object) -> dict[str, str]:
        found = mlflow.call("registered-models/get-latest-versions", name=tree, **body)["model_versions"]
        return {item["current_stage"]: item["version"] for item in found}

    assert latest() == {"None": "4", "Production": "2", "Staging": "3"}
    assert latest(stages=["production", "None"]) == {"None": "4", "Production": "2"}
    assert mlflow.ask("registered-models/get-latest-versions", name=tree, stages="Staging")["model_versions"]
    wrong = mlflow.post("registered-models/get-latest-versions", name=tree, stages=["gone"])
    refused(wrong, 400, "INVALID_PARAMETER_VALUE", "stages")


def test_search_filters_orders_and_pages(mlflow: Mlflow) -> None:
    for number in range(7):
        tags = [{"key": "even", "value": str(number % 2 == 0)}]
        mlflow.call("registered-models/create", name=f"m{number}", tags=tags)

    def names(**query: object) -> list[str]:
        found = mlflow.ask("registered-models/search", **query).get("registered_models", [])
        return [item["name"] for item in found]

    assert names() == [f"m{number}" for number in range(7)]
    assert names(filter="name LIKE 'M%'") == []
    assert names(filter="name ILIKE 'M%'", order_by="name DESC")[0] == "m6"
    assert names(filter="name IN ('m1', 'm5')") == ["m1", "m5"]
    assert names(filter="tags.even = 'True' AND name != 'm0'") == ["m2", "m4", "m6"]
    mlflow.call("model-versions/create", name="m3", source="s3://b/m")
    assert names(order_by=["last_updated_timestamp DESC"])[0] == "m3"
    assert names(order_by="timestamp DESC")[0] == "m3"
    first = mlflow.ask("registered-models/search", max_results=5)
    rest = mlflow.ask("registered-models/search", max_results=5, page_token=first["next_page_token"])
    assert [item["name"] for item in rest["registered_models"]] == ["m5", "m6"]
    assert "next_page_token" not in rest
    for wrong in ({"max_results": 0}, {"max_results": 1001}, {"filter": "nothing = 'x'"}, {"page_token": "x"}):
        refused(mlflow.get("registered-models/search", **wrong), 400, "INVALID_PARAMETER_VALUE")


def test_prompts_are_found_only_by_who_asks_for_them(mlflow: Mlflow) -> None:
    prompt = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]
    mlflow.call("registered-models/create", name="greeting", tags=prompt)
    mlflow.call("registered-models/create", name="tree")
    text = {"key": "mlflow.prompt.text", "value": "x" * 100_000}
    new_version(mlflow, "greeting", source="dummy-source", tags=[*prompt, text])
    new_version(mlflow, "tree")

    def found(path: str, filter_text: str) -> list[str]:
        answer = mlflow.ask(path, filter=filter_text)
        return [item["name"] for item in answer.get("registered_models", answer.get("model_versions", []))]

    tag = "tags.`mlflow.prompt.is_prompt`"
    for path in ("registered-models/search", "model-versions/search"):
        assert found(path, "") == ["tree"]
        assert found(path, f"{tag} != 'true'") == ["tree"]
        assert found(path, f"{tag} = 'false'") == ["tree"]
        assert found(path, f"{tag} = 'true'") == ["greeting"]
        assert found(path, f"name LIKE '%e%' AND {tag} != 'false'") == ["greeting"]
    version = mlflow.ask("model-versions/get", name="greeting", version="1")["model_version"]
    assert version["source"] == "dummy-source"
    wrong = mlflow.post("model-versions/create", name="greeting", source="../etc/passwd", tags=prompt)
    refused(wrong, 400, "INVALID_PARAMETER_VALUE", "source")


def test_the_same_registry_answers_at_the_root(as_member: Callable[[str], Client]) -> None:
    olga = as_member("olga")
    olga.mlflow.call("registered-models/create", name="tree")

    at_root = olga.get("/api/2.0/mlflow/registered-models/get", params={"name": "tree"})
    assert at_root.status_code == 200
    ajax = olga.get(olga.mlflow.prefix.replace("/api/2.0", "/ajax-api/2.0") + "registered-models/search")
    assert [item["name"] for item in ajax.json()["registered_models"]] == ["tree"]
