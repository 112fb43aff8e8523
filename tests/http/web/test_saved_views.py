"""Named views of an experiment: whose they are, who may change them, and which one it opens with."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from shortlist.app import Application
from shortlist.saved_views.tables import saved_view
from tests.cast import Cast
from tests.http.client import Client, Mlflow, refused

QUERY = "filter=val%2Facc+%3E+0.85&order_by=params.lr+ASC&columns=metrics.val%2Facc"


def _encoded(client: Client) -> str:
    return client.project.replace("/", "%2F")


@pytest.fixture
def base(rita: Client, mlflow: Mlflow) -> str:
    experiment = mlflow.new_experiment()
    return f"/api/v1/projects/{_encoded(rita)}/experiments/{experiment}/views"


def _names(answer: Any) -> list[tuple[str, bool]]:
    return [(view["name"], view["shared"]) for view in answer["views"]]


def test_own_views_are_for_their_owner_alone(as_member: Callable[[str], Client], base: str) -> None:
    gwen, rita = as_member("gwen"), as_member("rita")
    made = gwen.post(f"{base}/own", {"name": " Mine ", "query": QUERY})
    assert made.status_code == 200, made.text
    view = made.json()["views"][0]
    assert (view["name"], view["query"], view["shared"]) == ("Mine", QUERY, False)
    assert rita.get(base).json() == {"views": [], "default": None}
    # A guest may not write for others, and nobody reaches another person's view.
    assert gwen.post(f"{base}/shared", {"name": "x", "query": ""}).status_code == 403
    for audience in ("own", "shared"):
        assert rita.request("DELETE", f"{base}/{audience}/{view['id']}").status_code == 404
        assert rita.request("PATCH", f"{base}/{audience}/{view['id']}", json={"name": "y"}).status_code == 404
    changed = gwen.request("PATCH", f"{base}/own/{view['id']}", json={"name": "Ours", "query": "filter=x"}).json()
    assert changed["views"] == [{"id": view["id"], "name": "Ours", "query": "filter=x", "shared": False}]
    assert gwen.request("DELETE", f"{base}/own/{view['id']}").json()["views"] == []


def test_a_shared_view_is_everybodys_and_may_be_the_default(as_member: Callable[[str], Client], base: str) -> None:
    rita, gwen, olga = as_member("rita"), as_member("gwen"), as_member("olga")
    own = rita.post(f"{base}/own", {"name": "Mine", "query": "filter=a"}).json()["views"][0]
    shared = rita.post(f"{base}/shared", {"name": "Good ones", "query": QUERY}).json()
    assert _names(shared) == [("Good ones", True), ("Mine", False)]
    number = shared["views"][0]["id"]
    assert _names(gwen.get(base).json()) == [("Good ones", True)]

    assert gwen.request("PUT", f"{base}/default", json={"view": number}).status_code == 403
    assert rita.request("PUT", f"{base}/default", json={"view": own["id"]}).status_code == 404
    assert rita.request("PUT", f"{base}/default", json={"view": number}).json()["default"] == number
    page = base.partition("/experiments")[2].replace("/views", "")
    address = f"/{rita.project}/-/ml/experiments{page}"
    opened = gwen.get(address)
    assert (opened.status_code, opened.headers["location"]) == (303, f"{address}?{QUERY}")
    assert gwen.get(address + "?view=active").status_code == 200

    assert olga.request("DELETE", f"{base}/shared/{number}").json() == {"views": [], "default": None}
    assert gwen.get(address).status_code == 200
    events = olga.get(f"/api/v1/projects/{_encoded(rita)}/audit").json()["events"]
    assert [event["action"] for event in events if event["action"].startswith("view:")] == [
        "view:delete",
        "view:set_default",
        "view:create",
    ]


def test_what_a_deleted_person_shared_stays_and_their_own_goes(
    as_member: Callable[[str], Client], application: Application, cast: Cast, base: str
) -> None:
    rita, olga = as_member("rita"), as_member("olga")
    for audience in ("own", "shared"):
        assert rita.post(f"{base}/{audience}", {"name": "Top", "query": ""}).status_code == 200
    assert as_member("ada").request("DELETE", f"/api/v1/admin/users/{cast.users['rita'].id}").status_code == 200
    assert _names(olga.get(base).json()) == [("Top", True)]
    owners = application.services.database.read_now(
        lambda connection: connection.execute(select(saved_view.c.user_id)).scalars().all()
    )
    assert owners == [None]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " ", "query": ""}, "name"),
        ({"name": "a\nb", "query": ""}, "name"),
        ({"name": "x" * 101, "query": ""}, "name"),
        ({"name": "x", "query": "filter=a b"}, "query"),
        ({"name": "x", "query": "filter=%0d&nonsense"}, "query"),
        ({"name": "x", "query": "a=b\r\nset-cookie: c"}, "query"),
        ({"name": "x", "query": "a=" + "b" * 8000}, "query"),
    ],
)
def test_what_is_no_view_is_refused(rita: Client, base: str, body: dict[str, str], field: str) -> None:
    refused(rita.post(f"{base}/own", body), 400, "INVALID_PARAMETER_VALUE", field)


def test_names_are_taken_once_for_each_audience(rita: Client, base: str) -> None:
    for audience in ("own", "shared"):
        assert rita.post(f"{base}/{audience}", {"name": "Top", "query": ""}).status_code == 200
        again = rita.post(f"{base}/{audience}", {"name": "TOP", "query": ""})
        assert refused(again, 409, "RESOURCE_ALREADY_EXISTS", "name")
    # The default experiment has no row before its first use.
    first = base.replace("/experiments/1/", "/experiments/0/")
    assert rita.post(f"{first}/own", {"name": "Top", "query": ""}).status_code == 200
