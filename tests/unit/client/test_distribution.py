"""What a training installs: the plugin and its entry point, and nothing of the server."""

import subprocess
import zipfile
from importlib.metadata import Distribution
from pathlib import Path
from venv import EnvBuilder

from tests.client_wheel import unpacked

LOOK = """
import importlib.metadata, importlib.util, os, sys
[plugin] = importlib.metadata.entry_points(group="mlflow.run_context_provider")
os.environ.update(GITLAB_CI="true", CI_JOB_ID="302")
print(plugin.load()().tags()["ci.job"], importlib.util.find_spec("shortlist"), "msgspec" in sys.modules)
"""


def test_it_has_the_plugin_and_nothing_else(tmp_path: Path) -> None:
    site = unpacked(tmp_path)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        tops = {name.partition("/")[0] for name in opened.namelist()}
    assert tops == {"shortlist_client", wheel.name.rpartition("-py3")[0] + ".dist-info"}
    found = Distribution.at(next(site.glob("*.dist-info")))
    assert found.requires is None
    assert sorted((item.group, item.name, item.value) for item in found.entry_points) == [
        ("mlflow.artifact_repository", "http", "shortlist_client.artifacts:PackageArtifacts"),
        ("mlflow.artifact_repository", "https", "shortlist_client.artifacts:PackageArtifacts"),
        ("mlflow.run_context_provider", "shortlist", "shortlist_client.context:CiRunContext"),
    ]


def test_it_works_in_an_empty_environment(tmp_path: Path) -> None:
    EnvBuilder(symlinks=True).create(tmp_path / "venv")
    command = [tmp_path / "venv" / "bin" / "python", "-c", LOOK]
    done = subprocess.run(
        command, env={"PYTHONPATH": str(unpacked(tmp_path))}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "302 None False\n"
