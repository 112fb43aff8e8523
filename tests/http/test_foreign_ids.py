"""Ids of another project, group or person, in the address and the body of every write of every surface.

otto owns a project in which nothing is, and tries there what olga's project has. The requests are made from the
endpoint table: a new endpoint is tried without anybody writing a test, and a field whose name is in neither table
below fails, until somebody says whether it is an id.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, select
from starlette.routing import compile_path

from shortlist.access.actions import ADMIN_ACTIONS
from shortlist.app import Application, all_endpoints
from shortlist.db.schema import METADATA
from shortlist.http.endpoint import Endpoint
from tests.cast import Cast
from tests.http.client import Client
from tests.http.test_people import done

AsMember = Callable[[str], Client]


def words(text: str) -> set[str]:
    return set(text.split())


# Fields of requests that say which record is meant; their values are olga's.
IDS = words(
    """
    candidate candidates changes experiment experiment_id experiment_ids experiments identity model model_id
    model_version_id package package_file_id package_id publisher run_id run_uuid session_id source_run_id
    token_id upload_id user version
    """
)
# Fields that hold something new, a choice, or the name of what the caller is about to make.
PLAIN = words(
    """
    access_level admin administrator alias aliases archive_existing_versions artifact_location axes axis baseline by
    ci_project ci_project_id code colour column columns constraints current_password dataset_digest dataset_name
    datasets default_group_visibility default_least_writing_role default_project_visibility description direction
    directory duplicate_exceptions duplicates_allowed email end end_time environment expanded expires_at file_name
    filter fold force_random_password full_path issuer key keys kind last least_writing_role login max_file_bytes
    max_generic_file_bytes max_results metadata metric metrics minus model_experiments_access
    model_experiments_access_level model_json model_registry_access model_registry_access_level model_type models name
    namespace namespace_id new_name new_password note num_parts number order_by package_name package_registry_access
    package_registry_access_level package_version page_token params parent parent_id parts password path
    permanently_remove points project_size_limit provider query ranked reduction ref reset_password
    restricted_visibilities restricted_visibility_levels role rule run_link run_name run_view_type scopes second
    sign_up signup_enabled snapshot source stage stages starred start start_time status step system tag_key tags target
    targets text ticket timestamp user_id username value view view_type visibility x x_key y
    """
)
# What a request needs besides, so that it is not refused for something else before the id is looked for.
VALUES: dict[str, Any] = {
    "access_level": 10,
    "alias": "champion",
    "current_password": "x",
    "direction": "maximize",
    "directory": "candidate:1",
    "key": "k",
    "kind": "scatter",
    "keys": ["k"],
    "metadata": {"k": "v"},
    "metric": "m",
    "metrics": [{"key": "k", "value": 1, "timestamp": 1}],
    "model_json": '{"artifact_path": "model", "flavors": {}, "run_id": "x", "utc_time_created": "x"}',
    "new_name": "other",
    "note": "x",
    "params": [{"key": "k", "value": "v"}],
    "num_parts": 1,
    "number": 1,
    "parts": [{"part_number": 1, "etag": "x"}],
    "path": "a.txt",
    "query": "sort=name",
    "role": "guest",
    "scopes": ["api"],
    "source": "candidate:1",
    "stage": "Staging",
    "starred": True,
    "status": "FINISHED",
    "tag_key": "k",
    "tags": [{"key": "k", "value": "v"}],
    "text": "a\n1\n",
    "timestamp": 1,
    "value": "1",
    "x": "m",
    "y": "m",
}
_OF_OURS: dict[str, Any] = {
    "status": "finished",
    "params": {"k": "v"},
    "metrics": [{"key": "k", "value": 1}],
}
# Some values are written otherwise at some addresses.
VALUES_AT: dict[str, dict[str, Any]] = {
    "/logged-models/{model_id}": {"status": "LOGGED_MODEL_READY"},
    "/models/{model}/versions/{version}": {"stage": "staging"},
    "/views/default": {"view": 1},
    "/views/shared/{view}": {"view": 1},
    "/views/own/{view}": {"view": 1},
    "/compare/tables": {"path": "a.csv"},
    "/experiments/{experiment}/candidates": _OF_OURS,
    "/candidates/{candidate}": _OF_OURS,
}
# What reads without a struct take from their query.
IN_QUERY = {"candidates": "1", "run_id": "1", "path": "a.txt", "metrics": "m", "keys": "m"}
# What only olga's project has, and no request here sends.
SECRET = "zebrafish"
# Answers of 200 that are right. A list or a curve of what the caller's own project has under these ids: nothing. And
# deleting an artifact passes over what is not there.
EMPTY = {
    "experiments/search-datasets",
    "runs/search",
    "logged-models/search",
    "candidates/search",
    "/bands",
    "/curves",
    "/leaders",
    "mlflow-artifacts/artifacts/{path:path}",
}
# Registered models are known by name on MLflow's surface, so there the name is the id.
BY_NAME = ("/registered-models/", "/model-versions/")


def writes() -> list[Endpoint]:
    return [
        endpoint
        for _, endpoint in all_endpoints()
        if endpoint.method not in ("GET", "HEAD") and "pages" not in endpoint.tags
    ]


def fields_of(endpoint: Endpoint) -> set[str]:
    """What a request may name, in its address or its body."""
    in_body = (
        set() if endpoint.request is None else {item.encode_name for item in msgspec.structs.fields(endpoint.request)}
    )
    _, _, in_path = compile_path(endpoint.path)
    return (in_body | set(in_path)) - {"project", "group"}


def test_every_field_of_a_write_is_known_to_be_an_id_or_not() -> None:
    assert not IDS & PLAIN
    named = {field for endpoint in writes() for field in fields_of(endpoint)}
    assert named - IDS - PLAIN == set(), "say in IDS or PLAIN which of the two they are"
    assert (IDS | PLAIN) - named == set(), "no write has these any more"


@pytest.fixture
def foreign(as_member: AsMember, cast: Cast) -> dict[str, Any]:
    """One of everything in olga's project and account, as `IDS` name it."""
    olga, mlflow = as_member("olga"), as_member("olga").mlflow
    said = [{"key": "k", "value": SECRET}]
    experiment = mlflow.new_experiment(f"{SECRET} experiment", tags=said)
    run = mlflow.new_run(experiment, run_name=SECRET, tags=said)
    mlflow.call("runs/log-parameter", run_id=run, key=f"{SECRET}.p", value=SECRET)
    mlflow.call("runs/log-metric", run_id=run, key=f"{SECRET}.m", value=1, timestamp=1)
    mlflow.call("runs/log-metric", run_id=run, key="m", value=1, timestamp=1)
    # Such a search waits for the fold of the metrics, which would otherwise change rows in the background later.
    mlflow.call("runs/search", experiment_ids=["1"], order_by=["metrics.m DESC"])
    logged = mlflow.call("logged-models", experiment_id="1", name="m")["model"]["info"]["model_id"]
    mlflow.call("registered-models/create", name="net", description=SECRET, tags=said)
    mlflow.call("model-versions/create", name="net", source="candidate:1", run_id=run, description=SECRET, tags=said)
    put = olga.request("PUT", f"{mlflow.files}/candidate:1/a.txt", content=SECRET.encode())
    assert put.status_code == 200
    base = f"/api/v4/projects/{cast.project_id}"
    begin = mlflow.files.replace("/artifacts", "/mpu/create/candidate:1")
    upload = done(olga.post(begin, {"path": "candidate:1/big.bin", "num_parts": 1}))["upload_id"]
    put = olga.request("PUT", f"{base}/packages/generic/tools/1.0.0/a.txt", content=SECRET.encode())
    assert put.status_code == 201
    package = next(item for item in olga.get(f"{base}/packages").json() if item["name"] == "tools")
    files = olga.get(f"{base}/packages/{package['id']}/package_files").json()
    rule = {"issuer": "https://gitlab.com", "ci_project": f"{SECRET}/b", "ref": "main"}
    publisher = done(olga.post(f"/api/v1/projects/{cast.project_id}/trusted_publishers", rule), 201)["id"]
    made = done(
        olga.post(f"/api/v1/projects/{cast.project_id}/access-tokens", {"name": SECRET, "scopes": ["api"]}), 201
    )
    return {
        "candidate": 1,
        "candidates": [1],
        "changes": [{"candidate": 1, "note": "x"}],
        "experiment": 1,
        "experiment_id": "1",
        "experiment_ids": ["1"],
        "experiments": [1],
        "identity": 1,
        "model": 1,
        "model_id": logged,
        "model_version_id": 1,
        "package": package["id"],
        "package_id": package["id"],
        "package_file_id": files[0]["id"],
        "publisher": publisher,
        "run_id": run,
        "run_uuid": run,
        "session_id": 1,
        "source_run_id": run,
        "token_id": made["id"],
        "upload_id": upload,
        "user": cast.users["rita"].id,
        "version": "1",
    }


def requests_of(foreign: dict[str, Any], cast: Cast, group: str) -> Iterator[tuple[Endpoint, str, dict[str, Any]]]:
    """Each write that names an id: as an address in otto's places, with a body."""
    for endpoint in writes():
        adds_member = endpoint.method == "POST" and endpoint.path.endswith("/members")
        if (fields_of(endpoint) & IDS or is_by_name(endpoint) or is_of_artifacts(endpoint)) and not adds_member:
            yield endpoint, *request_of(endpoint, foreign, cast.other_project, group)


def is_by_name(endpoint: Endpoint) -> bool:
    return any(word in endpoint.path for word in BY_NAME) and not endpoint.path.endswith(("/create", "/search"))


def is_of_artifacts(endpoint: Endpoint) -> bool:
    return "mlflow-artifacts/" in endpoint.path


def request_of(endpoint: Endpoint, foreign: dict[str, Any], project: str, group: str) -> tuple[str, dict[str, Any]]:
    """The address of an endpoint in these places, and what to send: olga's ids, and what else it needs."""
    values = {
        **VALUES,
        **foreign,
        "name": "net" if is_by_name(endpoint) else "x",
        "models": [{"model_id": foreign["model_id"]}],
    }
    values |= next((given for end, given in VALUES_AT.items() if endpoint.path.endswith(end)), {})
    if is_of_artifacts(endpoint):
        values["path"] = "candidate:1/a.txt"
    encoded = project.replace("/", "%2F")
    path = endpoint.path.replace("{project:path}", project).replace("{project}", encoded)
    path = path.replace("{group:path}", group).replace("{group}", group.replace("/", "%2F"))
    named = fields_of(endpoint)
    for name in named:
        value = str(values.get(name, "x"))
        path = path.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value)
    if path.startswith(("/api/2.0", "/api/3.0", "/ajax-api", "/get-artifact", "/model-versions/")):
        path = f"/api/v4/projects/{encoded}/ml/mlflow{path}"
    return path, {name: values[name] for name in named if name in values}


def test_an_id_of_somebody_else_is_not_found_and_changes_nothing(
    application: Application, as_member: AsMember, cast: Cast, foreign: dict[str, Any]
) -> None:
    otto = as_member("otto")
    done(otto.post("/api/v1/groups", {"path": "den"}), 201)
    before = application.services.database.read_now(lambda connection: everything_of(connection, cast))
    wrong: list[str] = []
    tried = 0
    for endpoint, path, body in requests_of(foreign, cast, "den"):
        answer = otto.request(endpoint.method, path, json=body)
        expected = 403 if endpoint.action in ADMIN_ACTIONS else 404
        fine = answer.status_code == expected or (
            answer.status_code == 200 and any(endpoint.path.endswith(end) for end in EMPTY)
        )
        if not fine:
            wrong.append(f"{endpoint.method} {path}: {answer.status_code} {answer.text[:200]}")
        tried += 1
    assert not wrong, "\n".join(wrong)
    assert tried > 120
    assert application.services.database.read_now(lambda connection: everything_of(connection, cast)) == before


def test_no_answer_of_any_address_tells_what_somebody_else_has(
    as_member: AsMember, cast: Cast, foreign: dict[str, Any]
) -> None:
    """Reads, pages and writes, with olga's ids in otto's places and in her own: what only she has is in no answer."""
    otto = as_member("otto")
    done(otto.post("/api/v1/groups", {"path": "den"}), 201)
    told: list[str] = []
    for _, endpoint in all_endpoints():
        if endpoint.path.endswith("/events"):
            continue  # without an end
        for project, group in ((cast.other_project, "den"), (cast.project, "lab")):
            path, sent = request_of(endpoint, foreign, project, group)
            reads = endpoint.method == "GET"
            options: dict[str, Any] = {"params": {**IN_QUERY, **sent}} if reads else {"json": sent}
            # What ends otto's own project or credentials would hide the rest.
            if not reads and project == cast.other_project and not fields_of(endpoint) & IDS:
                continue
            answer = otto.request(endpoint.method, path, **options)
            assert answer.status_code < 500 or answer.status_code == 501, (path, answer.text[:300])
            if SECRET in answer.text or SECRET.encode() in answer.content:
                told.append(f"{endpoint.method} {path}: {answer.status_code}")
    assert told == []


def everything_of(connection: Connection, cast: Cast) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of olga's project, of people and of their tokens, but for when a token was used last."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for table in METADATA.sorted_tables:
        columns = [column for column in table.c if column.name != "last_used_at"]
        statement = select(*columns)
        # What tells open pages of changes counts in the background, also olga's own of before.
        if table.name in ("audit_event", "counter"):
            continue
        if "project_id" in table.primary_key.columns:
            statement = statement.where(table.c.project_id == cast.project_id)
        elif table.name == "project":
            statement = statement.where(table.c.id == cast.project_id)
        elif table.name not in ("access_token", "user_account"):
            continue
        found[table.name] = sorted(map(tuple, connection.execute(statement)), key=repr)
    assert found["candidate"]
    return found


def test_no_request_has_a_field_that_only_the_server_decides() -> None:
    """Mass assignment: what a request's struct does not have cannot be set, whatever is sent."""
    decided = {
        "bot",
        "created_at",
        "created_by",
        "creator_id",
        "deleted_at",
        "digest",
        "iid",
        "kept",
        "last_used_at",
        "owner",
        "owner_id",
        "password_hash",
        "project_id",
        "purged_at",
        "revoked_at",
        "rights",
        "secret",
        "state",
        "verified",
    }
    found = {(endpoint.path, field) for endpoint in writes() for field in fields_of(endpoint) & decided}
    assert found == set()
    # Who administers is for administrators to say.
    grants = {
        endpoint.action
        for endpoint in writes()
        for field in fields_of(endpoint)
        if field in ("admin", "administrator")
    }
    assert grants <= ADMIN_ACTIONS
