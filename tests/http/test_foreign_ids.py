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
    candidate candidates experiment experiment_id experiment_ids model model_id model_version_id package
    package_file_id package_id publisher run_id run_uuid session_id source_run_id token_id user version
    """
)
# Fields that hold something new, a choice, or the name of what the caller is about to make.
PLAIN = words(
    """
    access_level administrator admin alias aliases archive_existing_versions artifact_location axes axis
    baseline ci_project ci_project_id code colour columns constraints current_password datasets
    dataset_digest dataset_name default_group_visibility default_least_writing_role
    default_project_visibility description direction email end end_time environment expires_at filter
    force_random_password full_path issuer key keys kind last least_writing_role login max_file_bytes
    max_generic_file_bytes max_results metadata metric metrics minus model_json model_experiments_access
    model_experiments_access_level model_registry_access model_registry_access_level model_type models name
    namespace namespace_id new_name new_password note order_by package_name package_registry_access
    package_registry_access_level package_version page_token params parent parent_id password path
    permanently_remove points project_size_limit ranked reduction ref reset_password restricted_visibilities
    restricted_visibility_levels role run_link run_name run_view_type scopes sign_up signup_enabled source
    stage stages start start_time status step system tag_key tags timestamp user_id username value view
    view_type visibility x x_key y
    """
)
# What a request needs besides, so that it is not refused for something else before the id is looked for.
VALUES: dict[str, Any] = {
    "access_level": 10,
    "alias": "champion",
    "current_password": "x",
    "direction": "maximize",
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
    "path": "a.txt",
    "role": "guest",
    "scopes": ["api"],
    "source": "candidate:1",
    "stage": "Staging",
    "status": "FINISHED",
    "tag_key": "k",
    "tags": [{"key": "k", "value": "v"}],
    "timestamp": 1,
    "value": "1",
    "x": "m",
    "y": "m",
}
# Some values are written otherwise at some addresses.
VALUES_AT: dict[str, dict[str, Any]] = {
    "/logged-models/{model_id}": {"status": "LOGGED_MODEL_READY"},
    "/models/{model}/versions/{version}": {"stage": "staging"},
}
# Answers of 200 that are right. A list or a curve of what the caller's own project has under these ids: nothing. And
# deleting an artifact passes over what is not there.
EMPTY = {
    "experiments/search-datasets",
    "runs/search",
    "logged-models/search",
    "candidates/search",
    "/curves",
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
    run = mlflow.new_run(mlflow.new_experiment())
    logged = mlflow.call("logged-models", experiment_id="1", name="m")["model"]["info"]["model_id"]
    mlflow.call("registered-models/create", name="net")
    mlflow.call("model-versions/create", name="net", source="candidate:1", run_id=run)
    base = f"/api/v4/projects/{cast.project_id}"
    put = olga.request("PUT", f"{base}/packages/generic/tools/1.0.0/a.txt", content=b"text")
    assert put.status_code == 201
    package = next(item for item in olga.get(f"{base}/packages").json() if item["name"] == "tools")
    files = olga.get(f"{base}/packages/{package['id']}/package_files").json()
    rule = {"issuer": "https://gitlab.com", "ci_project": "a/b", "ref": "main"}
    publisher = done(olga.post(f"/api/v1/projects/{cast.project_id}/trusted_publishers", rule), 201)["id"]
    made = done(olga.post(f"/api/v1/projects/{cast.project_id}/access-tokens", {"name": "t", "scopes": ["api"]}), 201)
    return {
        "candidate": 1,
        "candidates": [1],
        "experiment": 1,
        "experiment_id": "1",
        "experiment_ids": ["1"],
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
        "user": cast.users["rita"].id,
        "version": "1",
    }


def requests_of(foreign: dict[str, Any], cast: Cast, group: str) -> Iterator[tuple[Endpoint, str, dict[str, Any]]]:
    """Each write that names an id: as an address in otto's places, with a body."""
    mount = f"/api/v4/projects/{cast.other_project.replace('/', '%2F')}/ml/mlflow"
    for endpoint in writes():
        named = fields_of(endpoint)
        by_name = any(word in endpoint.path for word in BY_NAME) and not endpoint.path.endswith(("/create", "/search"))
        artifact = "mlflow-artifacts/artifacts" in endpoint.path
        adds_member = endpoint.method == "POST" and endpoint.path.endswith("/members")
        if not (named & IDS or by_name or artifact) or adds_member:
            continue
        values = {
            **VALUES,
            **foreign,
            "name": "net" if by_name else "x",
            "models": [{"model_id": foreign["model_id"]}],
        }
        values |= next((given for end, given in VALUES_AT.items() if endpoint.path.endswith(end)), {})
        if artifact:
            values["path"] = "candidate:1/a.txt"
        path = endpoint.path.replace("{project}", cast.other_project.replace("/", "%2F")).replace("{group}", group)
        for name in named:
            path = path.replace(f"{{{name}}}", str(values.get(name, "x"))).replace(
                f"{{{name}:path}}", str(values.get(name, "x"))
            )
        if path.startswith(("/api/2.0", "/ajax-api")):
            path = mount + path
        yield endpoint, path, {name: values[name] for name in named if name in values}


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
