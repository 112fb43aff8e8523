"""What `deploy/` names exists in the program."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from shortlist.app import Application, all_endpoints
from shortlist.cli.main import app as cli
from shortlist.settings import PREFIX, Settings
from tests.http.client import Client, Mlflow

DEPLOY = Path(__file__).parents[2] / "deploy"
_METRIC = re.compile(r"\b(?:shortlist|process)_[a-z_]+")
_SUFFIX = re.compile(r"_(?:bucket|sum|count)$")
# What reads like a metric and is not one.
_OTHERS = {"shortlist_metrics_token"}


def expressions() -> dict[str, str]:
    """Every query of the dashboard and of the rules, by its title."""
    board = json.loads((DEPLOY / "grafana" / "shortlist.json").read_text())
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())
    found = {
        f"{panel['title']} {query['refId']}": query["expr"] for panel in board["panels"] for query in panel["targets"]
    }
    found |= {rule["alert"]: rule["expr"] for group in rules["groups"] for rule in group["rules"]}
    return found | {"variable": board["templating"]["list"][1]["query"]}


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_every_metric_of_the_dashboard_and_the_alerts_exists(
    application: Application, rita: Client, mlflow: Mlflow
) -> None:
    mlflow.call("runs/log-metric", run_id=mlflow.new_run(), key="acc", value=1, timestamp=1)
    known = set(re.findall(r"^# TYPE (\S+)", rita.get("/-/metrics").text, re.MULTILINE))
    used = {name: set(_METRIC.findall(text)) - _OTHERS for name, text in expressions().items()}

    assert len(used) > 20
    assert {
        name: found for name, found in used.items() if not {_SUFFIX.sub("", item) for item in found} <= known
    } == {}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_prometheus_understands_every_query(tmp_path: Path) -> None:
    board = {title: re.sub(r"\$\w+", "5m", text) for title, text in expressions().items() if title != "variable"}
    file = tmp_path / "rules.yml"
    rules = [{"record": f"checked:query_{number}", "expr": text} for number, text in enumerate(board.values())]
    file.write_text(yaml.safe_dump({"groups": [{"name": "checked", "rules": rules}]}))
    for path in (file, DEPLOY / "prometheus" / "alerts.yml"):
        said = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stderr


def test_every_alert_says_what_to_do() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())
    for rule in rules["groups"][0]["rules"]:
        assert {"summary", "action"} <= set(rule["annotations"]), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text()))


def test_settings_that_deployments_name_exist() -> None:
    known = {PREFIX + name.upper() for name in Settings.__struct_fields__}
    for path in (*DEPLOY.rglob("*.yml"), *DEPLOY.rglob("*.service"), DEPLOY / "Containerfile"):
        named = set(re.findall(r"SHORTLIST_[A-Z_]*[A-Z]", path.read_text())) - {"SHORTLIST_NAME"}
        assert named <= known, path.name


def test_commands_that_deployments_run_exist() -> None:
    group = typer.main.get_command(cli)
    compose = documents(DEPLOY / "compose.yml")[0]
    kubernetes = [
        container["args"]
        for document in documents(DEPLOY / "kubernetes" / "shortlist.yml")
        if "template" in document.get("spec", {})
        for container in document["spec"]["template"]["spec"]["containers"]
    ]
    units = [
        line.partition("/bin/shortlist ")[2].split()
        for path in (DEPLOY / "systemd").glob("*.service")
        for line in path.read_text().splitlines()
        if "/bin/shortlist " in line
    ]
    for words in [compose["services"]["upgrade"]["command"].split(), *kubernetes, *units]:
        command: Any = group
        for word in words:
            if hasattr(command, "commands"):
                command = command.commands[word]
        assert not hasattr(command, "commands"), words


def test_containers_run_without_root_and_without_writing_to_themselves() -> None:
    for document in documents(DEPLOY / "kubernetes" / "shortlist.yml"):
        if "template" not in document.get("spec", {}):
            continue
        pod = document["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert not container["securityContext"]["allowPrivilegeEscalation"]
    compose = documents(DEPLOY / "compose.yml")[0]
    assert compose["services"]["shortlist"]["read_only"]
    last = (DEPLOY / "Containerfile").read_text().rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001", last, re.MULTILINE)


def test_probes_ask_addresses_that_answer() -> None:
    paths = {endpoint.path for _, endpoint in all_endpoints()}
    text = "".join(path.read_text() for path in (DEPLOY / "Containerfile", DEPLOY / "kubernetes" / "shortlist.yml"))
    asked = set(re.findall(r"/-/[a-z]+", text))
    assert asked == {"/-/readiness", "/-/liveness"}
    assert asked <= paths
