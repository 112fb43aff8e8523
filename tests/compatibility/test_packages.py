"""Packages with the clients that people have: python-gitlab, curl, and MLflow's client on GitLab's own addresses."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gitlab
import pytest
from gitlab.exceptions import GitlabAuthenticationError, GitlabGetError, GitlabUploadError
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.store.artifact.http_artifact_repo import HttpArtifactRepository

from tests.client_wheel import unpacked
from tests.live import TOKEN, LiveServer, live_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(Path(tmp_path_factory.mktemp("packages"))) as running:
        yield running


@pytest.fixture(scope="module")
def project(server: LiveServer) -> Any:
    return gitlab.Gitlab(server.url, private_token=TOKEN).projects.get("root/default")


def test_python_gitlab(project: Any, tmp_path: Path) -> None:
    file = tmp_path / "weights.bin"
    file.write_bytes(b"weights")
    made = project.generic_packages.upload("nets", "1.0.0", "weights.bin", path=str(file), select="package_file")
    assert made.file_sha256 == hashlib.sha256(b"weights").hexdigest()
    assert project.generic_packages.upload("nets", "1.0.0", "dir/b.bin", data=b"b").message == "201 Created"
    assert project.generic_packages.download("nets", "1.0.0", "weights.bin") == b"weights"
    parts: list[bytes] = []
    project.generic_packages.download("nets", "1.0.0", "dir/b.bin", streamed=True, action=parts.append)
    assert b"".join(parts) == b"b"
    with pytest.raises(GitlabUploadError, match="package_version is invalid"):
        project.generic_packages.upload("nets", "1..0", "a", data=b"x")

    package = project.packages.list(package_name="net", get_all=True)[0]
    assert (package.name, package.version, package.package_type) == ("nets", "1.0.0", "generic")
    full = project.packages.get(package.id)
    files = full.package_files.list(get_all=True)
    assert [(item.file_name, item.size) for item in files] == [("weights.bin", 7), ("dir/b.bin", 1)]
    full.package_files.delete(files[1].id)
    assert len(full.package_files.list(get_all=True)) == 1
    full.delete()
    with pytest.raises(GitlabGetError):
        project.packages.get(package.id)
    with pytest.raises(GitlabGetError):
        project.generic_packages.download("nets", "1.0.0", "weights.bin")


def curl(*arguments: str) -> tuple[str, str]:
    """Body and status."""
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--write-out", "\n%{http_code}", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    body, _, status = done.stdout.rpartition("\n")
    return body, status


def test_curl_with_tokens_of_every_kind(server: LiveServer, project: Any, tmp_path: Path) -> None:
    file = tmp_path / "hello.txt"
    file.write_bytes(b"hello")
    base = f"{server.url}/api/v4/projects/root%2Fdefault/packages/generic/hello/1.0"
    own = project.access_tokens.create({"name": "t", "scopes": ["api"], "access_level": 30})
    writer = project.deploytokens.create({"name": "w", "scopes": ["write_package_registry"]})
    reader = project.deploytokens.create({"name": "r", "scopes": ["read_package_registry"]})
    api = gitlab.Gitlab(server.url, private_token=TOKEN)
    group = api.groups.create({"name": "Lab", "path": "lab"})
    lab = api.projects.create({"name": "Vision", "path": "vision", "namespace_id": group.id})
    of_group = group.access_tokens.create({"name": "g", "scopes": ["api"], "access_level": 30})
    deploys = group.deploytokens.create({"name": "d", "scopes": ["write_package_registry", "read_package_registry"]})
    base_of_group = f"{server.url}/api/v4/projects/lab%2Fvision/packages/generic/hello/1.0"
    for number, credentials in enumerate(
        (
            ("--header", f"PRIVATE-TOKEN: {TOKEN}"),
            ("--header", f"Authorization: Bearer {TOKEN}"),
            ("--header", f"PRIVATE-TOKEN: {own.token}"),
            ("--header", f"DEPLOY-TOKEN: {writer.token}"),
            ("--user", f"{writer.username}:{writer.token}"),
            ("--user", f"anybody:{TOKEN}"),
        )
    ):
        address = f"{base}/{number}/hello.txt"
        assert curl(*credentials, "--upload-file", str(file), address) == ('{"message":"201 Created"}', "201")
        assert curl(*credentials, address) == ("hello", "200")
        assert curl("--header", f"DEPLOY-TOKEN: {reader.token}", address) == ("hello", "200")
    for number, credentials in enumerate(
        (
            ("--header", f"PRIVATE-TOKEN: {of_group.token}"),
            ("--header", f"Authorization: Bearer {of_group.token}"),
            ("--user", f"anybody:{of_group.token}"),
            ("--header", f"DEPLOY-TOKEN: {deploys.token}"),
            ("--user", f"{deploys.username}:{deploys.token}"),
        )
    ):
        address = f"{base_of_group}/{number}/hello.txt"
        assert curl(*credentials, "--upload-file", str(file), address) == ('{"message":"201 Created"}', "201")
        assert curl(*credentials, address) == ("hello", "200")
        assert curl(*credentials, f"{base}/0/hello.txt")[1] == "404", "a project of somebody else"
    assert [item.name for item in lab.packages.list(get_all=True)] == ["hello"]
    assert curl("--header", f"DEPLOY-TOKEN: {reader.token}", "--upload-file", str(file), f"{base}/x")[1] == "403"
    assert curl("--upload-file", str(file), f"{base}/x")[1] == "401"
    with pytest.raises(GitlabAuthenticationError):
        gitlab.Gitlab(server.url, private_token="wrong").auth()


def test_mlflows_client_on_both_kinds_of_addresses(
    server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", TOKEN)
    client = MlflowClient(server.tracking_uri)
    run = client.create_run("0")
    iid = str(run.info.artifact_uri).partition("candidate:")[2]
    tree = {"top.txt": "top", "sub/deep/a.txt": "a", "sub/with space.txt": "b"}
    for name, text in tree.items():
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    packages = f"{server.url}/api/v4/projects/root%2Fdefault/packages"
    for number, uri in enumerate(
        (f"{packages}/ml_models/candidate:{iid}/files/", f"{packages}/generic/ml_experiment_0/{iid}/")
    ):
        repository = HttpArtifactRepository(uri)
        repository.log_artifacts(str(tmp_path / "tree"), f"at{number}")
        repository.log_artifact(str(tmp_path / "tree" / "top.txt"))
        repository._download_file(f"at{number}/sub/deep/a.txt", str(tmp_path / "one"))
        assert (tmp_path / "one").read_text() == "a"
        # The client lists, and so downloads directories, at the artifact proxy only: the form that runs have here, and
        # to which the plugin leads the others.
        found = download_artifacts(
            artifact_uri=f"{run.info.artifact_uri}/at{number}",
            dst_path=str(tmp_path / f"back{number}"),
            tracking_uri=server.tracking_uri,
        )
        assert {name: (Path(found) / name).read_text() for name in tree} == tree
    assert sorted(item.path for item in client.list_artifacts(run.info.run_id)) == ["at0", "at1", "top.txt"]


LISTS = """
import sys
from mlflow.artifacts import download_artifacts, list_artifacts
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
for uri in sys.argv[2:]:
    repository = get_artifact_repository(uri)
    repository.log_artifact(__file__, "written")
    assert sorted(item.path for item in repository.list_artifacts("sub")) == ["sub/deep", "sub/with space.txt"]
    folder = download_artifacts(artifact_uri=uri + "sub", dst_path=sys.argv[1])
    found = download_artifacts(artifact_uri=uri + "sub/with space.txt")
    print(type(repository).__name__, open(folder + "/deep/a.txt").read(), open(found).read())
    repository.delete_artifacts("written")
    assert repository.list_artifacts("written") == []
"""


def test_with_the_plugin_mlflows_client_lists_packages(
    server: LiveServer, project: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plugin is installed from its wheel, as a training has it."""
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", TOKEN)
    client = MlflowClient(server.tracking_uri)
    run = client.create_run("0")
    for name, text in {"sub/deep/a.txt": "a", "sub/with space.txt": "b"}.items():
        client.log_text(run.info.run_id, text, name)
    client.create_registered_model("tree")
    version = client.create_model_version("tree", str(run.info.artifact_uri), run.info.run_id)
    iid = str(run.info.artifact_uri).partition("candidate:")[2]
    packages = f"{server.url}/api/v4/projects/root%2Fdefault/packages"
    script = tmp_path / "lists.py"
    script.write_text(LISTS)
    (tmp_path / "back").mkdir()
    uris = [
        f"{packages}/ml_models/candidate:{iid}/files/",
        f"{packages}/generic/ml_experiment_0/{iid}/",
        f"{packages}/ml_models/{version.version}/files/",
    ]
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "back"), *uris],
        env={**os.environ, "PYTHONPATH": str(unpacked(tmp_path)), "MLFLOW_TRACKING_URI": server.tracking_uri},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["PackageArtifacts a b"] * 3
