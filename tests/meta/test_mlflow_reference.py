"""The page of MLflow's operations says what the endpoint table says, and the application does what the page says."""

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.http.client import Client
from tests.meta.test_docs import load

SCRIPT = Path(__file__).parents[2] / "script" / "mlflow_reference.py"
VERSIONS = ("/api/2.0", "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0")
# Where the operations of each section of the page answer.
PREFIXES = {
    "Below `/api/2.0/mlflow`": [f"{version}/mlflow" for version in VERSIONS],
    "Below `/ajax-api/2.0/mlflow` only": ["/ajax-api/2.0/mlflow", "/ajax-api/3.0/mlflow"],
    "Below `/api/2.0/mlflow-artifacts`": [f"{version}/mlflow-artifacts" for version in VERSIONS],
    "Below `/api/3.0/mlflow`": ["/api/3.0/mlflow", "/ajax-api/3.0/mlflow"],
    "Without a version": [""],
}
_ROW = re.compile(r"^\| `(\w+) (/\S+)` \| (\S+) \|", re.MULTILINE)
_PARAMETER = re.compile(r"{\w+}")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load(SCRIPT)


def test_the_page_is_fresh_and_names_no_operation_that_is_gone(script: ModuleType) -> None:
    text = script.page()

    assert script.PAGE.read_text() == text, "run script/mlflow_reference.py"
    assert [name for name in script.EXTENDED if f"`{name}`" not in text] == []


def rows(script: ModuleType) -> list[tuple[str, str, str, str]]:
    """(section, method, path, right) of each operation on the page."""
    parts = re.split(r"^## (.*)$", script.page(), flags=re.MULTILINE)[1:]
    return [(title, *row) for title, body in zip(parts[::2], parts[1::2], strict=True) for row in _ROW.findall(body)]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_each_operation_answers_at_each_address_and_tells_strangers_how_to_get_a_token(
    as_member: Callable[[str], Client], script: ModuleType, database_kind: str
) -> None:
    stranger = as_member("anonymous")
    mounts = ("", f"/api/v4/projects/{stranger.project.replace('/', '%2F')}/ml/mlflow")
    found = rows(script)
    assert {title for title, *_ in found} == set(PREFIXES)
    for title, method, path, right in found:
        for address in [f"{mount}{prefix}{path}" for mount in mounts for prefix in PREFIXES[title]]:
            response = stranger.request(method, _PARAMETER.sub("1", address))
            if right == "server:public":
                assert response.status_code == 200, (method, address, response.text)
                continue
            assert response.status_code == 401, (method, address, response.text)
            assert response.json()["error_code"] == "UNAUTHENTICATED"
            assert "access token" in response.json()["message"]
            assert "MLFLOW_TRACKING_TOKEN" in response.json()["message"]
            assert response.headers["www-authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_is_not_served_is_an_endpoint_that_is_not_found(
    rita: Client, script: ModuleType, database_kind: str
) -> None:
    mount = f"/api/v4/projects/{rita.project.replace('/', '%2F')}/ml/mlflow"
    for family in script.absent():
        for operation in family["operations"]:
            method, _, path = _PARAMETER.sub("1", operation).partition(" ")
            address = f"{family['below']}/{path.removeprefix('/')}"
            for place in (address, mount + address):
                response = rita.request(method, place, json={})
                assert response.status_code == 404, (method, place, response.text)
                assert response.json()["error_code"] == "ENDPOINT_NOT_FOUND", (method, place)
