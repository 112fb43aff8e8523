"""Rules on which candidates are deleted by themselves: what they would do, what they do, and who may set them."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from shortlist.app import Application
from shortlist.clock import now_ms
from shortlist.retention import keeper
from shortlist.web import api_retention
from tests.http.client import Client, Mlflow

DAY = 24 * 3_600_000


@pytest.fixture
def address(rita: Client) -> str:
    return f"/api/v1/projects/{rita.project.replace('/', '%2F')}/retention"


def finished(mlflow: Mlflow, experiment: str, days_ago: int, loss: float | None, **tags: str) -> str:
    """A candidate that ended so many days ago, with a file."""
    run_id = mlflow.new_run(experiment, tags=[{"key": key.replace("_", "."), "value": tags[key]} for key in tags])
    if loss is not None:
        mlflow.call("runs/log-metric", run_id=run_id, key="loss", value=loss, timestamp=1)
    mlflow.call("runs/update", run_id=run_id, status="FINISHED", end_time=now_ms() - days_ago * DAY)
    return run_id


def test_a_rule_keeps_the_best_the_promoted_and_the_marked(
    application: Application,
    as_member: Callable[[str], Client],
    rita: Client,
    mlflow: Mlflow,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    experiment = mlflow.new_experiment()
    runs = {
        "best": finished(mlflow, experiment, 90, 0.1),
        "worst": finished(mlflow, experiment, 90, 0.9),
        "promoted": finished(mlflow, experiment, 90, 0.8),
        "marked": finished(mlflow, experiment, 90, 0.7, shortlist_keep="1"),
        "starred": finished(mlflow, experiment, 90, 0.65),
        "failed": finished(mlflow, experiment, 90, None),
        "young": finished(mlflow, experiment, 5, 0.6),
    }
    running = mlflow.new_run(experiment, start_time=now_ms() - 90 * DAY)
    elsewhere = finished(mlflow, mlflow.new_experiment("nothing to rank"), 90, None)
    path = (
        mlflow.files
        + "/"
        + mlflow.run(runs["worst"])["info"]["artifact_uri"].partition("mlflow-artifacts:/")[2].lstrip("/")
    )
    assert rita.request("PUT", f"{path}/a.txt", content=b"bytes").status_code == 200
    mlflow.call("registered-models/create", name="m")
    mlflow.call(
        "model-versions/create",
        name="m",
        run_id=runs["promoted"],
        source=mlflow.run(runs["promoted"])["info"]["artifact_uri"],
    )
    application.services.folder.fold_all()
    _star(application, as_member("mara"), runs["starred"])

    rule = {"delete_after_days": 30, "keep_best": 1, "keep_promoted": True, "keep_starred": True}
    trial = rita.post(f"{address}/try", {"rule": rule})
    assert trial.status_code == 200, trial.text
    assert trial.json()["kept_best"] == 2, "the best, and the one of an experiment that has no order"
    assert trial.json()["kept_promoted"] == trial.json()["kept_marked"] == 1
    assert trial.json()["kept_starred"] == 1, "by anybody"
    unstarred = rita.post(f"{address}/try", {"rule": rule | {"keep_starred": False}}).json()
    assert (unstarred["kept_starred"], unstarred["going"]) == (0, trial.json()["going"] + 1)
    assert rita.get(address).json()["rule"] is None

    assert rita.request("PUT", address, json={"rule": rule}).status_code == 403
    assert as_member("mara").request("PUT", address, json={"rule": rule}).status_code == 200
    for bad in ({"delete_after_days": 0}, {"delete_after_days": 30, "keep_best": -1}):
        assert as_member("mara").request("PUT", address, json={"rule": bad}).status_code == 400
    shown = rita.get(address).json()
    assert shown["rule"] == rule
    page = f"/{rita.project}/edit"
    carried = [
        who.get(page, headers={"Accept": "application/json"}).json()["people"] for who in (rita, as_member("mara"))
    ]
    assert [part["retention"] for part in carried] == [None, rule], "only those who may change it"
    expected = {"worst", "failed"}
    assert len(shown["plan"]["deleted"]) == shown["plan"]["going"] == len(expected)
    monkeypatch.setattr(api_retention, "SHOWN", 1)
    bounded = rita.post(f"{address}/try", {"rule": rule}).json()
    assert (len(bounded["deleted"]), bounded["going"]) == (1, len(expected))

    assert application.keeper.apply_due() == len(expected)
    assert application.keeper.apply_due() == 0, "once a day"
    stages = {name: mlflow.run(run_id)["info"]["lifecycle_stage"] for name, run_id in runs.items()}
    assert {name for name, stage in stages.items() if stage == "deleted"} == expected
    assert (
        mlflow.run(running)["info"]["lifecycle_stage"] == mlflow.run(elsewhere)["info"]["lifecycle_stage"] == "active"
    )
    assert rita.get(f"{path}/a.txt").status_code == 404
    mlflow.call("runs/restore", run_id=runs["worst"])
    assert keeper.apply(application.services.database, _project_id(application, rita)) == 1

    events = application.services.database.read_now(
        lambda connection: (
            connection.execute(text("SELECT action FROM audit_event WHERE action LIKE 'retention:%'")).scalars().all()
        )
    )
    assert sorted(events) == ["retention:change", "retention:delete", "retention:delete"]
    assert as_member("mara").request("PUT", address, json={"rule": None}).json()["rule"] is None


def _project_id(application: Application, client: Client) -> int:
    found = client.get(f"/api/v4/projects/{client.project.replace('/', '%2F')}")
    return int(found.json()["id"])


def _star(application: Application, client: Client, run_id: str) -> None:
    found = text("SELECT iid FROM candidate WHERE external_id = :run_id")
    iid = application.services.database.read_now(
        lambda connection: connection.execute(found, {"run_id": run_id}).scalar_one()
    )
    base = f"/api/v1/projects/{client.project.replace('/', '%2F')}"
    assert client.request("PUT", f"{base}/candidates/{iid}/star").status_code == 200
