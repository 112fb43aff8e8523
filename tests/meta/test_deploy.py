"""What `deploy/` names exists in the program."""

import json
import re
from pathlib import Path

import pytest
import yaml

from shortlist.app import Application
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


def test_every_alert_says_what_to_do() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())
    for rule in rules["groups"][0]["rules"]:
        assert {"summary", "action"} <= set(rule["annotations"]), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
