"""Every endpoint of every surface, asked by every member of the cast, compared with a table that a person can read.

An endpoint without a row fails. The answers: `ok` for anything the kernel let through (the handler may still refuse
the made-up input with 400 or 404), `401`, `403`, and `404` for what may not be seen.
"""

from collections.abc import Callable

import pytest

from shortlist.access.actions import ADMIN_ACTIONS, GROUP_ACTIONS, PROJECT_ACTIONS, Action
from shortlist.app import Application, all_endpoints
from shortlist.http.endpoint import Endpoint
from tests.cast import Cast
from tests.http.client import Client

# In olga's private project and group: olga mara rita gwen otto cid ada anonymous
IN_PLACE = {
    Action.AUDIT_READ: "            ok   403  403  403  404  403  ok  401",
    Action.EXPERIMENT_READ: "       ok   ok   ok   ok   404  ok   ok  401",
    Action.EXPERIMENT_WRITE: "      ok   ok   ok   403  404  ok   ok  401",
    Action.GROUP_AUDIT_READ: "      ok   403  403  403  404  403  ok  401",
    Action.GROUP_DELETE: "          ok   403  403  403  404  403  ok  401",
    Action.GROUP_MEMBER_READ: "     ok   ok   ok   ok   404  ok   ok  401",
    Action.GROUP_MEMBER_WRITE: "    ok   403  403  403  404  403  ok  401",
    Action.GROUP_READ: "            ok   ok   ok   ok   404  ok   ok  401",
    Action.GROUP_TOKEN_READ: "      ok   403  403  403  404  403  ok  401",
    Action.GROUP_TOKEN_WRITE: "     ok   403  403  403  404  403  ok  401",
    Action.GROUP_WRITE: "           ok   403  403  403  404  403  ok  401",
    Action.MEMBER_READ: "           ok   ok   ok   ok   404  ok   ok  401",
    Action.MEMBER_WRITE: "          ok   ok   403  403  404  403  ok  401",
    Action.MODEL_READ: "            ok   ok   ok   ok   404  ok   ok  401",
    Action.MODEL_WRITE: "           ok   ok   ok   403  404  ok   ok  401",
    Action.PACKAGE_READ: "          ok   ok   ok   ok   404  ok   ok  401",
    Action.PACKAGE_WRITE: "         ok   ok   ok   403  404  ok   ok  401",
    Action.PROJECT_ARCHIVE: "       ok   403  403  403  404  403  ok  401",
    Action.PROJECT_DELETE: "        ok   403  403  403  404  403  ok  401",
    Action.PROJECT_READ: "          ok   ok   ok   ok   404  ok   ok  401",
    Action.PROJECT_TRANSFER: "      ok   403  403  403  404  403  ok  401",
    Action.PROJECT_WRITE: "         ok   ok   403  403  404  403  ok  401",
    Action.TOKEN_READ: "            ok   ok   403  403  404  403  ok  401",
    Action.TOKEN_WRITE: "           ok   ok   403  403  404  403  ok  401",
    Action.STAR_WRITE: "            ok   ok   ok   ok   404  ok   ok  401",
    Action.VIEW_WRITE: "            ok   ok   ok   ok   404  ok   ok  401",
}
OUTSIDE = {
    Action.ADMIN_READ: "            403  403  403  403  403  403  ok  401",
    Action.ADMIN_WRITE: "           403  403  403  403  403  403  ok  401",
    Action.GROUP_CREATE: "          ok   ok   ok   ok   ok   ok   ok  401",
    Action.GROUP_LIST: "            ok   ok   ok   ok   ok   ok   ok  ok",
    Action.PROJECT_CREATE: "        ok   ok   ok   ok   ok   ok   ok  401",
    Action.PROJECT_LIST: "          ok   ok   ok   ok   ok   ok   ok  ok",
    Action.SELF_READ: "             ok   ok   ok   ok   ok   ok   ok  401",
    Action.SELF_WRITE: "            ok   ok   ok   ok   ok   ok   ok  401",
    Action.SERVER_PUBLIC: "         ok   ok   ok   ok   ok   ok   ok  ok",
    Action.USER_READ: "             ok   ok   ok   ok   ok   ok   ok  401",
}
MEMBERS = ("olga", "mara", "rita", "gwen", "otto", "cid", "ada", "anonymous")
TABLE: dict[Action, dict[str, str]] = {
    action: dict(zip(MEMBERS, row.split(), strict=True)) for action, row in {**IN_PLACE, **OUTSIDE}.items()
}

ENDPOINTS = [endpoint for _, endpoint in all_endpoints()]
# Values that no handler takes, so that one that is reached changes nothing.
HARMLESS = {"expires_at": "never", "permanently_remove": "perhaps"}


def address(endpoint: Endpoint, project: str) -> str:
    """An address of the endpoint in a project; parameters that are not the project get a number."""
    path = endpoint.path.replace("{project:path}", project).replace("{project}", project.replace("/", "%2F"))
    path = path.replace("{group}", "lab%2Fdeep").replace("{group:path}", "lab/deep")
    for name in ("experiment", "candidate", "model", "version", "package"):
        path = path.replace(f"{{{name}}}", "1")
    for name in ("identity", "user", "token_id", "session_id", "publisher", "number", "job_id", "pipeline_id", "view"):
        path = path.replace(f"{{{name}}}", "999999")
    path = path.replace("{namespace:path}", "nobody")
    path = path.replace("{path:path}", "candidate:1/a.txt").replace("{directory:path}", "candidate:1")
    if path.startswith(("/api/2.0", "/api/3.0", "/ajax-api", "/get-artifact", "/model-versions/")):
        path = f"/api/v4/projects/{project.replace('/', '%2F')}/ml/mlflow{path}"
    return path


def test_the_table_has_a_row_for_every_action_in_use() -> None:
    assert {endpoint.action for endpoint in ENDPOINTS} <= set(TABLE)
    assert set(IN_PLACE) == PROJECT_ACTIONS | GROUP_ACTIONS
    assert set(TABLE) == set(Action)


@pytest.fixture
def decision(as_member: Callable[[str], Client], cast: Cast) -> Callable[[str, Endpoint], str]:
    """What the kernel decides: the status of a refusal of its own, or `ok`."""

    def decide(name: str, endpoint: Endpoint) -> str:
        response = as_member(name).request(
            endpoint.method,
            address(endpoint, cast.project),
            json=None if endpoint.method in ("GET", "HEAD") else HARMLESS,
        )
        if response.status_code in (401, 403):
            return str(response.status_code)
        hideable = endpoint.action in IN_PLACE or endpoint.action in ADMIN_ACTIONS
        hidden = response.status_code == 404 and hideable and _says_hidden(response.text)
        assert response.status_code < 500, (
            endpoint.method,
            endpoint.path,
            name,
            response.text,
        )
        return "404" if hidden else "ok"

    return decide


def _ends_something(endpoint: Endpoint) -> tuple[bool, bool]:
    """What takes no input and so cannot be kept from deleting comes last, the caller's own token at the very end."""
    is_file = "{path:path}" in endpoint.path
    deletes = endpoint.method == "DELETE" and endpoint.request is None and not is_file
    return deletes, deletes and endpoint.path.endswith("/self")


def _says_hidden(text: str) -> bool:
    return any(words in text.lower() for words in ("project not found", "group not found", "not_found"))


@pytest.mark.parametrize("name", MEMBERS)
def test_every_endpoint_answers_as_the_table_says(
    application: Application, decision: Callable[[str, Endpoint], str], name: str
) -> None:
    wrong: list[str] = []
    for endpoint in sorted(ENDPOINTS, key=_ends_something):
        if _is_page_of_a_record(endpoint):
            continue
        expected = _expected(endpoint, name)
        found = decision(name, endpoint)
        if found != expected:
            wrong.append(f"{endpoint.method} {endpoint.path}: expected {expected}, found {found}")
    assert wrong == []


def _expected(endpoint: Endpoint, name: str) -> str:
    """What the table says; a page that is not for the caller looks like one that is not there."""
    answer = TABLE[endpoint.action][name]
    return "404" if answer == "403" and "pages" in endpoint.tags else answer


def _is_page_of_a_record(endpoint: Endpoint) -> bool:
    """Pages of an experiment or candidate that is not there answer the same page as a hidden project; see below."""
    return "pages" in endpoint.tags and any(
        f"{{{name}}}" in endpoint.path for name in ("experiment", "candidate", "run", "model", "version", "package")
    )


@pytest.mark.parametrize("name", MEMBERS)
def test_pages_of_records_follow_the_same_table(as_member: Callable[[str], Client], cast: Cast, name: str) -> None:
    olga = as_member("olga").mlflow
    olga.new_run(olga.new_experiment())
    statuses = {
        as_member(name).get(f"/{cast.project}/-/ml/{page}").status_code for page in ("experiments/1", "candidates/1")
    }
    expected = TABLE[Action.EXPERIMENT_READ][name]
    assert statuses == {200 if expected == "ok" else int(expected)}


def test_a_project_that_does_not_exist_looks_like_one_that_may_not_be_seen(
    as_member: Callable[[str], Client], cast: Cast
) -> None:
    otto = as_member("otto")
    answers = [
        otto.get(f"/api/v4/projects/{reference}/ml/mlflow/api/2.0/mlflow/experiments/get?experiment_id=0")
        for reference in (cast.project.replace("/", "%2F"), str(cast.project_id), "no%2Fsuch", "4711")
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}


def test_ids_of_another_project_are_not_found_through_ones_own(as_member: Callable[[str], Client], cast: Cast) -> None:
    """olga's run and candidate cannot be reached through otto's project, where otto may do everything."""
    olga = as_member("olga").mlflow
    run_id = olga.new_run(olga.new_experiment())
    otto = as_member("otto")
    base = f"/api/v4/projects/{cast.other_project.replace('/', '%2F')}/ml/mlflow/api/2.0/mlflow"
    for operation in ("delete", "update", "log-metric", "log-batch", "set-tag", "restore"):
        body = {"run_id": run_id, "key": "k", "value": "1", "timestamp": 1}
        assert otto.post(f"{base}/runs/{operation}", body).status_code == 404, operation
    assert otto.get(f"{base}/runs/get", params={"run_id": run_id}).status_code == 404
    own = f"/api/v1/projects/{cast.other_project.replace('/', '%2F')}"
    assert otto.get(f"{own}/candidates/1").status_code == 404
    assert otto.request("DELETE", f"{own}/candidates/1").status_code == 404
    curves = otto.post(f"{own}/curves", {"candidates": [1], "keys": ["loss"]})
    assert curves.status_code == 200
    assert all(curve["count"] == 0 for curve in curves.json()["curves"])
    assert olga.run(run_id)["info"]["lifecycle_stage"] == "active"
