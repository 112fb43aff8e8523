"""Stars: each person's own, shown in rows and on the candidate's page."""

from collections.abc import Callable

from tests.http.client import Client, Mlflow, refused


def _base(client: Client) -> str:
    return f"/api/v1/projects/{client.project.replace('/', '%2F')}"


def test_a_star_is_its_persons_own(as_member: Callable[[str], Client], mlflow: Mlflow) -> None:
    gwen, rita = as_member("gwen"), as_member("rita")
    experiment = mlflow.new_experiment()
    mlflow.new_run(experiment)
    mlflow.new_run(experiment)
    base = _base(rita)

    def starred(client: Client) -> set[int]:
        found = client.post(f"{base}/experiments/{experiment}/candidates/search", {}).json()["candidates"]
        return {row["iid"] for row in found if row["starred"]}

    rows = rita.post(f"{base}/experiments/{experiment}/candidates/search", {}).json()["candidates"]
    first = rows[0]["iid"]
    address = f"{base}/candidates/{first}"
    for _ in range(2):  # a star that is there stays
        assert gwen.request("PUT", f"{address}/star").status_code == 200
    assert (starred(gwen), starred(rita)) == ({first}, set())
    assert gwen.get(address).json()["starred"]
    assert not rita.get(address).json()["starred"]
    for _ in range(2):
        assert gwen.request("DELETE", f"{address}/star").status_code == 200
    assert starred(gwen) == set()
    assert gwen.request("PUT", f"{base}/candidates/999999/star").status_code == 404


def test_a_filter_finds_ones_own_stars(as_member: Callable[[str], Client], mlflow: Mlflow) -> None:
    gwen, rita = as_member("gwen"), as_member("rita")
    experiment = mlflow.new_experiment()
    runs = [mlflow.new_run(experiment, run_name=name) for name in ("a", "b", "c")]
    base = f"{_base(rita)}/experiments/{experiment}"
    first = rita.post(f"{base}/candidates/search", {"filter": "name = 'a'"}).json()["candidates"][0]["iid"]
    assert gwen.request("PUT", f"{_base(rita)}/candidates/{first}/star").status_code == 200

    def names(client: Client, text: str, **query: object) -> list[str]:
        answer = client.post(f"{base}/candidates/search", {"filter": text, **query})
        assert answer.status_code == 200, answer.text
        return sorted(row["name"] for row in answer.json()["candidates"])

    for ranked in (True, False):
        assert names(gwen, "starred = true", ranked=ranked) == ["a"]
        assert names(rita, "starred = true", ranked=ranked) == []
    assert names(gwen, "starred != TRUE") == names(gwen, "NOT starred = 'true'") == ["b", "c"]
    assert names(gwen, "starred IN (true, 'false') AND starred IS NOT NULL") == ["a", "b", "c"]
    found = gwen.post(f"{base}/candidates/search", {"order_by": ["starred DESC", "name DESC"]}).json()["candidates"]
    assert [row["name"] for row in found] == ["a", "c", "b"]
    values = gwen.get(f"{base}/values", params={"field": "starred"}).json()["values"]
    assert values == [{"value": "false", "candidates": 2}, {"value": "true", "candidates": 1}]
    searched = gwen.mlflow.call("runs/search", experiment_ids=[experiment], filter="attributes.starred = 'true'")
    assert [run["info"]["run_id"] for run in searched["runs"]] == [runs[0]]

    for text, position in (
        ("starred > true", 9),
        ("starred = yes", 11),
        ("starred LIKE 'true'", 9),
        ("starred = 1", 11),
    ):
        answer = gwen.post(f"{base}/candidates/search", {"filter": text})
        assert (answer.status_code, answer.json()["position"]) == (400, position), answer.text
    # What holds for everybody cannot ask for what is each person's own.
    goal = {"metric": "acc", "direction": "maximize", "constraints": "starred = true"}
    refused(rita.request("PUT", f"{base}/goal", json=goal), 400, "INVALID_PARAMETER_VALUE", "constraints")
