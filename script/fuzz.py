"""Schemathesis over the OpenAPI document, once for each role, against a real server on a fresh SQLite database.

501 is the answer of the few operations that MLflow's server does not have either; any other 5xx is a fault.
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.cast import Cast, make_cast  # noqa: E402
from tests.ci import GITLAB_CLAIMS, Issuer, served  # noqa: E402
from tests.compatibility.test_ci import free_port  # noqa: E402
from tests.live import LiveServer, live_server  # noqa: E402

from shortlist import app  # noqa: E402
from shortlist.db import migrate  # noqa: E402
from shortlist.db.database import Database  # noqa: E402

SCHEMATHESIS = ROOT / ".cache/fuzz/bin/schemathesis"
# The role that is played, and who of the cast plays it.
ROLES = {
    "owner": "olga",
    "maintainer": "mara",
    "reporter": "rita",
    "guest": "gwen",
    "outsider": "otto",
    "administrator": "ada",
    "anonymous": None,
    "ci": None,
}
# What would end the project, the group or the caller's own credentials comes in a run of its own, after the others.
ENDING = re.compile(
    r"delete /api/v[14]/(projects|groups)/{(project|group)}$|/(archive|transfer|purge|restore)$"
    r"|delete .*/(self|sessions.*|session|trusted_publishers/.*)$|/self/rotate$|/(account|personal_access)[/_]tokens/"
)
IDS = {"anyOf": [{"enum": ["1", "2", "3"]}, {"type": "integer"}, {"type": "string", "minLength": 1}]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=10, help="of each operation and role")
    parser.add_argument("--role", action="append", choices=sorted(ROLES), help="only this one; may be repeated")
    parser.add_argument("--only", default="", help="only operations whose method and path match this expression")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    failed = [role for role in given.role or ROLES if not _played(role, given)]
    if failed:
        raise SystemExit(f"5xx as {', '.join(failed)}")


def _played(role: str, given: argparse.Namespace) -> bool:
    """Play one role on a server of its own; True where no answer was a 5xx."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cast = _prepared(folder)
        issuer, port = Issuer(""), free_port()
        stack.enter_context(served(issuer))
        address = f"http://127.0.0.1:{port}"
        server = stack.enter_context(
            live_server(folder, port=str(port), external_url=address, ci_issuers=issuer.url, access_log="failures")
        )
        _fill(server, cast, issuer)
        token = issuer.token(GITLAB_CLAIMS, aud=address) if role == "ci" else None
        member = ROLES[role]
        if member is not None:
            token = cast.token(member)
        counts: Counter[str] = Counter()
        for ending in (False, True):
            schema = folder / f"openapi-{ending}.json"
            schema.write_text(json.dumps(_document(cast, given.only, ending=ending)))
            counts += _run(schema, server.url, token, given, folder)
        server.stop()
    _report(role, counts, server)
    return not any(name.startswith("5") and name != "501" for name in counts)


def _prepared(folder: Path) -> Cast:
    """The cast in the database that the server will open."""
    url = f"sqlite:///{folder.resolve() / 'shortlist.db'}"
    migrate.prepare(url)
    database = Database(url)
    try:
        from shortlist.bootstrap import first_start  # noqa: PLC0415
        from shortlist.settings import Settings  # noqa: PLC0415

        first_start(database, Settings(data=folder))
        return make_cast(database)
    finally:
        database.close()


def _fill(server: LiveServer, cast: Cast, issuer: Issuer) -> None:
    """Something of everything in olga's project, so that made-up ids can meet what is there."""
    base = f"/api/v4/projects/{cast.project_id}/ml/mlflow/api/2.0/mlflow"
    with server.client(cast.token("olga")) as olga:
        experiment = olga.post(f"{base}/experiments/create", json={"name": "vision"}).json()["experiment_id"]
        for number in range(3):
            run = olga.post(f"{base}/runs/create", json={"experiment_id": experiment, "start_time": number}).json()
            point = {"run_id": run["run"]["info"]["run_id"], "key": "loss", "timestamp": 1, "step": number}
            olga.post(f"{base}/runs/log-metric", json={**point, "value": number / 3})
        olga.post(f"{base}/registered-models/create", json={"name": "net"})
        olga.post(f"{base}/model-versions/create", json={"name": "net", "source": "candidate:1/model"})
        files = f"/api/v4/projects/{cast.project_id}/packages/generic/tools/1.0.0/a.txt"
        olga.put(files, content=b"text", headers={"content-type": "text/plain"})
        rule = {"system": "gitlab", "issuer": issuer.url, "ci_project": "vision-team/classifier", "ref": "main"}
        olga.post(f"/api/v1/projects/{cast.project_id}/trusted_publishers", json=rule)


def _document(cast: Cast, only: str, *, ending: bool) -> dict[str, Any]:
    """The OpenAPI document, its ids those that are there or made-up ones, its project and group olga's."""
    found: dict[str, Any] = asyncio.run(app.openapi())
    fixed = {"project": {"enum": [str(cast.project_id)]}, "group": {"enum": [str(cast.group_id)]}}
    paths: dict[str, Any] = {}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            words = f"{method} {path}"
            if bool(ENDING.search(words)) is not ending or (only and not re.search(only, words)):
                continue
            if path.endswith("/events"):
                continue  # a stream without an end
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    parameter["schema"] = fixed.get(parameter["name"], IDS)
            paths.setdefault(path, {})[method] = operation
    return {**found, "paths": paths}


def _run(schema: Path, url: str, token: str | None, given: argparse.Namespace, folder: Path) -> Counter[str]:
    """How often each status was answered; schemathesis says itself what went wrong."""
    report = folder / "report.ndjson"
    report.unlink(missing_ok=True)
    command = [str(SCHEMATHESIS), "run", str(schema), "--url", url, "--checks", "not_a_server_error"]
    command += ["--max-examples", str(given.examples), "--seed", str(given.seed), "--generation-database", "none"]
    command += ["--phases", "coverage,fuzzing", "--suppress-health-check", "all", "--warnings", "off", "--no-color"]
    command += ["--report-ndjson-path", str(report), "--output-truncate", "false", "--continue-on-failure"]
    command += ["--no-shrink", "--request-timeout", "30"]
    if token is not None:
        command += ["--header", f"Authorization: Bearer {token}"]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode not in (0, 5) or not report.exists():
        print(done.stdout[-20_000:], done.stderr[-4000:])
    return Counter(re.findall(r'"status_code": ?(\d{3})', report.read_text()) if report.exists() else [])


def _report(role: str, counts: Counter[str], server: LiveServer) -> None:
    total = sum(counts.values())
    print(f"{role:14} {total:6} requests", *(f"{status}: {count}" for status, count in sorted(counts.items())))
    for line in server.output:
        if '"level": "error"' in line or '"level":"error"' in line:
            print("  ", line.rstrip()[:3000])


if __name__ == "__main__":
    main()
