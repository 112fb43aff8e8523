"""What every request passes: hosts, methods, errors, limits, headers, request ids."""

from collections.abc import Callable

import pytest

from shortlist.app import Application, all_endpoints
from tests.http.client import Client, Mlflow, refused


def test_an_unknown_route_is_a_json_404(rita: Client) -> None:
    for path in ("/api/2.0/mlflow/no/such", "/api/v1/none", "/api/v4/projects/1/ml/mlflow/api/2.0/mlflow/runs/x"):
        refused(rita.get(path), 404, "ENDPOINT_NOT_FOUND")


def test_an_operation_answers_by_every_prefix(mlflow: Mlflow, rita: Client) -> None:
    run = mlflow.new_run()
    for prefix in ("api/2.0", "api/3.0", "ajax-api/2.0", "ajax-api/3.0"):
        address = mlflow.prefix.replace("api/2.0", prefix)
        assert rita.get(f"{address}runs/get", params={"run_id": run}).json()["run"]["info"]["run_id"] == run
        path = f"{mlflow.files.replace('api/2.0', prefix)}/candidate:1/a.txt"
        assert rita.request("PUT", path, content=b"alpha").status_code == 200
        model = rita.get(f"{address}logged-models/m-{'0' * 32}")
        assert "m-000" in refused(model, 404, "RESOURCE_DOES_NOT_EXIST")
        assert prefix in refused(rita.get(f"/{prefix}/mlflow/no/such"), 404, "ENDPOINT_NOT_FOUND")


def test_a_wrong_method_says_which_are_right(rita: Client) -> None:
    message = refused(rita.get("/api/2.0/mlflow/runs/create"), 405, "METHOD_NOT_ALLOWED")
    assert "POST" in message


@pytest.mark.parametrize("path", ["/health", "/api/2.0/mlflow/experiments/get?experiment_id=0"])
def test_head_is_answered_as_get_without_the_body(rita: Client, path: str) -> None:
    head, whole = rita.request("HEAD", path), rita.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert [head.headers[name] == whole.headers[name] for name in ("content-type", "content-length")] == [True, True]


def test_a_foreign_host_is_refused_except_by_probes(rita: Client) -> None:
    headers = {"host": "evil.example.com"}
    refused(rita.get("/api/2.0/mlflow/experiments/get?experiment_id=0", headers=headers), 403, "PERMISSION_DENIED")
    assert rita.get("/health", headers=headers).text == "OK"


def test_probes_and_server_info_need_no_credentials(as_member: Callable[[str], Client]) -> None:
    anonymous = as_member("anonymous")
    assert anonymous.get("/health").text == "OK"
    assert anonymous.get("/version").text.startswith("3.")
    assert anonymous.get("/-/readiness").json()["status"] == "ok"
    info = anonymous.get("/api/3.0/mlflow/server-info").json()
    assert (info["multipart_uploads_enabled"], info["trace_archival_enabled"]) == (False, False)
    assert info["features_enabled"] == {"gateway": False}


@pytest.mark.parametrize(
    "authorization", ["Bearer wrong", "Bearer", "Basic !!!", "Basic cm9vdA==", "Digest x", "Basic cm9vdDp3cm9uZw=="]
)
def test_wrong_credentials_are_401_with_a_way_out(as_member: Callable[[str], Client], authorization: str) -> None:
    response = as_member("anonymous").get(
        "/api/2.0/mlflow/experiments/get?experiment_id=0", headers={"authorization": authorization}
    )
    refused(response, 401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"].startswith("Basic")


def test_anonymous_is_told_how_to_get_a_token(as_member: Callable[[str], Client]) -> None:
    response = as_member("anonymous").post("/api/2.0/mlflow/runs/search", {"experiment_ids": ["0"]})
    assert "token" in refused(response, 401, "UNAUTHENTICATED")


def test_a_body_over_the_limit_is_413_and_nothing_is_written(mlflow: Mlflow) -> None:
    refused(mlflow.post("experiments/create", name="x" * 5_000_000), 413, "PAYLOAD_TOO_LARGE")
    assert mlflow.call("experiments/search", max_results=9)["experiments"] == []


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff", b'"text"', b"nul", b"{'a': 1}"])
def test_a_body_that_is_no_json_object_is_400(rita: Client, body: bytes) -> None:
    response = rita.request(
        "POST", "/api/2.0/mlflow/experiments/create", content=body, headers={"content-type": "application/json"}
    )
    refused(response, 400, "INVALID_PARAMETER_VALUE")


def test_a_form_is_refused(rita: Client) -> None:
    response = rita.request("POST", "/api/2.0/mlflow/experiments/create", data={"name": "x"})
    refused(response, 400, "INVALID_PARAMETER_VALUE", "Content-Type")


def test_answers_carry_security_headers_and_a_request_id(rita: Client) -> None:
    for path in ("/api/2.0/mlflow/experiments/get?experiment_id=0", "/users/sign_in", "/api/none", "/health"):
        response = rita.get(path, headers={"x-request-id": "abc-123"})
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert "'unsafe-inline'" not in response.headers["content-security-policy"]
        assert response.headers["x-request-id"] == "abc-123"


def test_an_odd_request_id_is_replaced(rita: Client) -> None:
    response = rita.get("/health", headers={"x-request-id": "a b\tc"})
    assert response.headers["x-request-id"] != "a b\tc"


def test_the_root_serves_the_default_project_of_the_caller(as_member: Callable[[str], Client]) -> None:
    """rita is no member of root/default, so the root means the project that she is a member of."""
    rita = as_member("rita")
    created = rita.post("/api/2.0/mlflow/experiments/create", {"name": "at the root"}).json()["experiment_id"]
    assert rita.mlflow.ask("experiments/get", experiment_id=created)["experiment"]["name"] == "at the root"
    assert rita.get(f"/ajax-api/2.0/mlflow/experiments/get?experiment_id={created}").status_code == 200


def test_the_openapi_document_lists_every_json_operation(rita: Client) -> None:
    document = rita.get("/-/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    listed = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    for surface, endpoint in all_endpoints():
        if surface.name == "pages" or endpoint.path.startswith(("/ajax", "/-/")):
            continue
        assert (endpoint.method, endpoint.path.replace(":path}", "}")) in listed
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["x-action"]
            assert operation["summary"].endswith(".")


def test_a_fault_of_ours_says_nothing_but_its_request_id(
    rita: Client, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(application.services.database, "_read", broken)
    response = rita.get(f"/api/v1/projects/{rita.project.replace('/', '%2F')}/retention")
    assert "secret" not in response.text
    assert response.headers["x-request-id"] in refused(response, 500, "INTERNAL_ERROR")
