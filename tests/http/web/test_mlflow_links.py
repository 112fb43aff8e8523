"""The addresses that MLflow's client prints, opened in a browser."""

from collections.abc import Callable

import pytest

from tests.http.client import Client


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_the_client_prints_leads_to_pages(
    as_member: Callable[[str], Client], rita: Client, database_kind: str
) -> None:
    run = rita.mlflow.new_run()
    project = rita.project
    tracking = f"/api/v4/projects/{project.replace('/', '%2F')}/ml/mlflow/"
    for address, page in (
        (tracking, f"/{project}/-/ml/experiments"),
        (f"/{project}/-/ml/runs/{run}", f"/{project}/-/ml/candidates/1"),
    ):
        led = rita.get(address)
        assert (led.status_code, led.headers["location"]) == (303, page)
        assert as_member("otto").get(address).status_code == 404
        stranger = as_member("anonymous").get(address)
        assert (stranger.status_code, "sign_in" in stranger.text) == (401, True)
    assert rita.get(f"/{project}/-/ml/runs/{'0' * 32}").status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_without_a_project_it_is_the_default_one(as_member: Callable[[str], Client], database_kind: str) -> None:
    ada = as_member("ada")
    run = ada.post("/api/2.0/mlflow/runs/create", {"experiment_id": "0"}).json()["run"]["info"]["run_id"]

    assert ada.get(f"/-/ml/runs/{run}").headers["location"].endswith("/-/ml/candidates/1")
    assert ada.get("/-/ml/experiments/0").headers["location"].endswith("/-/ml/experiments/0")
