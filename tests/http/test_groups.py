"""Groups deleted with what is in them, and the old paths of what was renamed or moved."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from shortlist.app import Application
from shortlist.clock import now_ms
from shortlist.projects import rules
from shortlist.projects.purger import Purger
from shortlist.projects.tables import namespace, project
from tests.cast import Cast
from tests.http.client import Client, refused
from tests.http.test_people import done

AsMember = Callable[[str], Client]
SONAR = "lab%2Fdeep%2Fsonar"


def groups_of(client: Client, **query: Any) -> list[str]:
    return [item["full_path"] for item in done(client.get("/api/v1/groups", params=query))["groups"]]


def let_grace_end(application: Application) -> None:
    """As if everything had been deleted long ago, and one round of the purger."""
    long_ago = now_ms() - rules.GRACE_MILLISECONDS - 1

    def age(connection: Any) -> None:
        for table in (namespace, project):
            connection.execute(update(table).where(table.c.deleted_at.is_not(None)).values(deleted_at=long_ago))

    application.services.database.write_now(age)
    purger = Purger(application.services.database)
    purger.start()
    purger.stop()
    application.services.resolver.forget()


def test_a_deleted_group_is_there_for_its_owners_only_and_comes_back_whole(as_member: AsMember) -> None:
    olga, rita = as_member("olga"), as_member("rita")
    done(olga.post("/api/v1/projects", {"path": "old", "namespace": "lab"}), 201)
    done(olga.request("DELETE", "/api/v1/projects/lab%2Fold"))
    gone = done(olga.request("DELETE", "/api/v1/groups/lab"))
    assert gone["purged_at"] - gone["deleted_at"] == rules.GRACE_MILLISECONDS
    for path in ("/api/v1/groups/lab", "/api/v4/groups/lab%2Fdeep", f"/api/v1/projects/{SONAR}"):
        refused(rita.get(path), 404, "RESOURCE_DOES_NOT_EXIST")
        assert olga.get(path).status_code == 200
    assert groups_of(rita) == groups_of(olga) == groups_of(rita, deleted=True) == []
    assert groups_of(olga, deleted=True) == ["lab", "lab/deep"]
    done(olga.post("/api/v1/groups/lab/restore"))
    assert groups_of(rita) == ["lab", "lab/deep"]
    assert rita.get(f"/api/v1/projects/{SONAR}").status_code == 200
    assert done(olga.get("/api/v1/projects/lab%2Fold"))["deleted_at"] is not None, "it was deleted before its group"


def test_nothing_changes_in_a_deleted_group(as_member: AsMember) -> None:
    olga = as_member("olga")
    done(olga.request("DELETE", "/api/v1/groups/lab"))
    for method, path, body in (
        ("PATCH", "/api/v1/groups/lab", {"name": "x"}),
        ("POST", "/api/v1/groups/lab/members", {"username": "otto", "role": "guest"}),
        ("POST", "/api/v1/projects", {"path": "new", "namespace": "lab/deep"}),
        ("POST", "/api/v1/groups", {"path": "new", "parent": "lab"}),
    ):
        refused(olga.request(method, path, json=body), 403, "PERMISSION_DENIED")
    for path in (f"/api/v1/projects/{SONAR}/restore", "/api/v1/groups/lab%2Fdeep/restore"):
        assert "lab" in refused(olga.post(path), 400, "INVALID_PARAMETER_VALUE")
    refused(olga.request("DELETE", "/api/v1/groups/lab"), 400, "INVALID_PARAMETER_VALUE", "group")


def test_a_group_goes_for_good_when_its_grace_ends_or_an_owner_says_so(
    application: Application, as_member: AsMember
) -> None:
    olga = as_member("olga")
    purge = "/api/v1/groups/lab%2Fdeep/purge"
    refused(olga.post(purge, {"full_path": "lab/deep"}), 403, "PERMISSION_DENIED")
    done(olga.request("DELETE", "/api/v4/groups/lab%2Fdeep"), 202)
    refused(olga.post(purge, {"full_path": "lab"}), 400, "INVALID_PARAMETER_VALUE", "full_path")
    done(olga.post(purge, {"full_path": "lab/deep"}))
    for path in (f"/api/v1/projects/{SONAR}", "/api/v1/groups/lab%2Fdeep"):
        refused(as_member("ada").get(path), 404, "RESOURCE_DOES_NOT_EXIST")
    done(olga.post("/api/v1/groups", {"path": "deep", "parent": "lab"}), 201)
    done(olga.request("DELETE", "/api/v1/groups/lab"))
    let_grace_end(application)
    assert groups_of(as_member("ada"), deleted=True) == groups_of(as_member("ada")) == []
    actions = [event["action"] for event in done(as_member("ada").get("/api/v1/admin/audit"))["events"]]
    assert actions.count("group:purge") == 3
    assert actions.count("group:delete") == 2


@pytest.fixture
def renamed(as_member: AsMember, cast: Cast) -> str:
    """olga's project under another path, with an experiment in it; its address of before, encoded."""
    olga = as_member("olga")
    olga.mlflow.new_experiment("vision")
    done(olga.request("PATCH", f"/api/v1/projects/{cast.project_id}/settings", json={"path": "sight"}))
    return "olga%2Fvision"


def test_a_project_answers_at_the_path_that_it_had(as_member: AsMember, cast: Cast, renamed: str) -> None:
    olga, rita = as_member("olga"), as_member("rita")
    assert done(rita.get(f"/api/v4/projects/{renamed}"))["path_with_namespace"] == "olga/sight"
    run = rita.mlflow.new_run("1")
    assert rita.mlflow.run(run)["info"]["experiment_id"] == "1", "MLflow's client goes on at its old address"
    page = olga.get("/olga/vision/-/ml/experiments/1?order_by=name%20asc")
    assert (page.status_code, page.headers["location"]) == (302, "/olga/sight/-/ml/experiments/1?order_by=name%20asc")
    assert olga.get("/Olga/SIGHT/edit").headers["location"] == "/olga/sight/edit"
    assert olga.get(f"/{cast.project_id}/-/audit_events").headers["location"] == "/olga/sight/-/audit_events"


def test_an_old_path_tells_nobody_more_than_the_new_one(as_member: AsMember, renamed: str) -> None:
    for name, status in (("otto", 404), ("anonymous", 401)):
        answers = [as_member(name).get(path) for path in ("/olga/vision", "/olga/sight", "/olga/nothing")]
        assert {(answer.status_code, answer.text) for answer in answers} == {(status, answers[0].text)}
        address = f"/api/v4/projects/{renamed}/ml/mlflow/api/2.0/mlflow/experiments/get?experiment_id=1"
        assert as_member(name).get(address).status_code == status


def test_who_takes_an_old_path_has_it(as_member: AsMember, cast: Cast, renamed: str) -> None:
    olga = as_member("olga")
    made = done(olga.post("/api/v1/projects", {"path": "Vision"}), 201)
    assert done(olga.get(f"/api/v1/projects/{renamed}"))["id"] == made["id"]
    done(olga.request("PATCH", f"/api/v1/projects/{made['id']}/settings", json={"path": "other"}))
    assert done(olga.get(f"/api/v1/projects/{renamed}"))["id"] == made["id"], "the last to leave it"
    done(olga.request("PATCH", f"/api/v1/projects/{cast.project_id}/settings", json={"path": "vision"}))
    assert done(olga.get(f"/api/v1/projects/{renamed}"))["id"] == cast.project_id
    assert done(olga.get("/api/v1/projects/olga%2Fsight"))["id"] == cast.project_id


def test_a_group_and_all_in_it_answer_at_the_paths_that_they_had(as_member: AsMember, cast: Cast) -> None:
    olga = as_member("olga")
    sonar = done(olga.get(f"/api/v1/projects/{SONAR}"))["id"]
    done(olga.request("PATCH", "/api/v1/groups/lab", json={"path": "works"}))
    assert done(olga.get(f"/api/v1/projects/{SONAR}"))["full_path"] == "works/deep/sonar"
    assert done(olga.get("/api/v4/groups/lab%2Fdeep"))["full_path"] == "works/deep"
    assert olga.get("/groups/lab/deep/-/group_members").headers["location"] == "/groups/works/deep/-/group_members"
    done(olga.request("PUT", f"/api/v4/projects/{sonar}/transfer", json={"namespace": "olga"}))
    for path in (SONAR, "works%2Fdeep%2Fsonar"):
        assert done(olga.get(f"/api/v1/projects/{path}"))["full_path"] == "olga/sonar"
    refused(as_member("otto").get("/api/v4/groups/lab%2Fdeep"), 404, "RESOURCE_DOES_NOT_EXIST")


def test_what_is_gone_for_good_has_no_old_path(as_member: AsMember, cast: Cast, renamed: str) -> None:
    olga = as_member("olga")
    done(olga.request("DELETE", f"/api/v1/projects/{cast.project_id}"))
    assert done(olga.get(f"/api/v1/projects/{renamed}"))["deleted_at"] is not None
    done(olga.post(f"/api/v1/projects/{cast.project_id}/purge", {"full_path": "olga/sight"}))
    refused(olga.get(f"/api/v1/projects/{renamed}"), 404, "RESOURCE_DOES_NOT_EXIST")
