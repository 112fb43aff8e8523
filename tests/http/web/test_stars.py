"""Stars: each person's own, shown in rows and on the candidate's page."""

from collections.abc import Callable

from tests.http.client import Client, Mlflow


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
