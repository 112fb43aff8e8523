"""What was deleted, restored and promoted leaves an event: who, what, from where, by which credential."""

from collections.abc import Callable

from tests.cast import Cast
from tests.http.client import Client
from tests.http.test_people import done

AsMember = Callable[[str], Client]


def test_deletions_and_promotions_leave_events(as_member: AsMember, cast: Cast) -> None:
    rita = as_member("rita")
    mlflow, base = rita.mlflow, f"/api/v1/projects/{cast.project_id}"
    experiment = mlflow.new_experiment("vision")
    run = mlflow.new_run(experiment, run_name="first")
    logged = mlflow.call("logged-models", experiment_id=experiment, name="m")["model"]["info"]["model_id"]
    mlflow.call("registered-models/create", name="net")
    for _ in range(2):
        mlflow.call("model-versions/create", name="net", source="candidate:1", run_id=run)
    mlflow.call("model-versions/transition-stage", name="net", version="1", stage="Production")
    mlflow.call("registered-models/alias", name="net", alias="champion", version="1")
    mlflow.call("registered-models/alias", name="net", alias="champion", version="1")
    done(rita.request("PATCH", f"{base}/models/1/versions/2", json={"aliases": ["champion", "next"]}))
    mlflow.do("DELETE", "registered-models/alias", name="net", alias="next")
    mlflow.do("DELETE", "registered-models/alias", name="net", alias="next")
    assert rita.request("PUT", f"{base}/candidates/1/files/a/b.txt", content=b"x").status_code < 300
    done(rita.request("DELETE", f"{base}/candidates/1/files/a"))
    assert rita.request("DELETE", f"{base}/candidates/1/files/a").status_code == 404
    put = f"/api/v4/projects/{cast.project_id}/packages/generic/tools/1.0.0/a.txt"
    assert rita.request("PUT", put, content=b"x").status_code == 201
    tools = next(item for item in done(rita.get(f"{base}/packages"))["packages"] if item["name"] == "tools")
    done(rita.request("DELETE", f"{base}/packages/{tools['id']}"))
    mlflow.do("DELETE", f"logged-models/{logged}")
    mlflow.call("runs/delete", run_id=run)
    mlflow.call("runs/delete", run_id=run)
    mlflow.call("runs/restore", run_id=run)
    mlflow.do("DELETE", "model-versions/delete", name="net", version="1")
    mlflow.do("DELETE", "registered-models/delete", name="net")
    mlflow.call("experiments/delete", experiment_id=experiment)
    mlflow.call("experiments/restore", experiment_id=experiment)

    events = done(as_member("olga").get(f"{base}/audit"))["events"]
    told = [(event["action"], event["target"]) for event in reversed(events) if event["username"] == "rita"]
    assert told == [
        ("model_version:create", "net 1"),
        ("model_version:create", "net 2"),
        ("model_version:stage", "net 1"),
        ("model_version:alias", "net 1"),
        ("model_version:alias", "net 2"),
        ("model_version:alias", "net 2"),
        ("package_file:delete", "ml_experiment_1 1"),
        ("package:delete", "tools 1.0.0"),
        ("logged_model:delete", "m"),
        ("candidate:delete", "first"),
        ("candidate:restore", "first"),
        ("model_version:delete", "net 1"),
        ("model:delete", "net"),
        ("experiment:delete", "vision"),
        ("experiment:restore", "vision"),
    ]
    stage = next(event for event in events if event["action"] == "model_version:stage")
    assert (stage["details"]["before"], stage["details"]["after"]) == ("none", "production")
    assert (stage["credential"], stage["address"]) == ("token", "127.0.0.1")
