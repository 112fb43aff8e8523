"""The chart in `deploy/helm`, linted and rendered by Helm itself (as a library; there is no cluster)."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from helm_python.chart import Chart, lint

from shortlist.settings import PREFIX, Settings

CHART = Path(__file__).parents[2] / "deploy" / "helm"
ALL = {"podMonitor": True, "ingress": {"className": "nginx", "tlsSecret": "tls"}, "image": {"tag": "1.2.3"}}


def objects(values: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """What is installed, by its kind."""
    rendered = Chart.load(CHART).render(values or {}, name="models")
    found = [one for text in rendered.values() for one in yaml.safe_load_all(text) if one]
    assert len({one["kind"] for one in found}) == len(found)
    return {one["kind"]: one for one in found}


@pytest.mark.parametrize("values", [{}, ALL, {"replicas": 1, "upgrade": False, "ingress": {"enabled": False}}])
def test_helm_finds_nothing_to_complain_of(values: dict[str, Any]) -> None:
    report = lint(CHART, values, strict=True)
    assert report["errors"] == []
    assert [one["error"] for one in report["messages"]] == ["icon is recommended"]


def test_what_is_installed() -> None:
    usual = {"ConfigMap", "Job", "Deployment", "PodDisruptionBudget", "Service", "Ingress"}
    assert set(objects()) == usual
    assert set(objects(ALL)) == usual | {"PodMonitor"}
    least = objects({"replicas": 1, "upgrade": False, "ingress": {"enabled": False}})
    assert set(least) == {"ConfigMap", "Deployment", "Service"}


def test_parts_find_each_other() -> None:
    found = objects(ALL)
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for kind in ("Deployment", "PodDisruptionBudget", "PodMonitor"):
        assert found[kind]["spec"]["selector"]["matchLabels"] == labels
    assert found["Service"]["spec"]["selector"] == labels
    container = found["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "shortlist:1.2.3"
    assert found["Service"]["spec"]["ports"][0]["targetPort"] == container["ports"][0]["name"]
    assert container["envFrom"] == [
        {"configMapRef": {"name": found["ConfigMap"]["metadata"]["name"]}},
        {"secretRef": {"name": "shortlist"}},
    ]
    paths = found["Ingress"]["spec"]["rules"][0]["http"]["paths"]
    assert paths[0]["backend"]["service"]["name"] == found["Service"]["metadata"]["name"]
    assert found["Ingress"]["spec"]["tls"] == [{"hosts": ["shortlist.example"], "secretName": "tls"}]


def test_pods_run_without_root_and_without_writing_to_themselves() -> None:
    found = objects()
    for kind in ("Deployment", "Job"):
        pod = found[kind]["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert not container["securityContext"]["allowPrivilegeEscalation"]
            mounted = {mount["name"] for mount in container["volumeMounts"]}
            assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_settings_exist_and_new_ones_renew_the_servers() -> None:
    known = {PREFIX + name.upper() for name in Settings.__struct_fields__}
    text = "".join(path.read_text() for path in CHART.rglob("*.yaml"))
    assert set(re.findall(r"SHORTLIST_[A-Z_]*[A-Z]", text)) <= known
    one, other = (
        objects({"settings": {"SHORTLIST_REQUESTS_PER_SECOND": rate}})["Deployment"]["spec"]["template"]["metadata"]
        for rate in ("1", "2")
    )
    assert one["annotations"] != other["annotations"]
