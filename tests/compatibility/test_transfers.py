"""MLflow's client with large files: in parts and by signed addresses, through the server and straight to S3."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
import requests
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts

from tests.live import TOKEN, LiveServer, live_server
from tests.s3 import S3Server, s3_server

MIB = 1024 * 1024
CONTENT = bytes(range(256)) * (11 * MIB // 256) + b"and a little"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture(scope="module", params=["through the server", "straight to S3"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = Path(tmp_path_factory.mktemp("transfers"))
    if request.param == "through the server":
        with live_server(folder) as running:
            yield running
        return
    s3: S3Server = request.getfixturevalue("s3")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in s3.environment.items():
            patch.setenv(name, value)
        with live_server(folder, artifacts=s3.url("direct"), direct_transfers="true") as running:
            yield running


@pytest.fixture
def client(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", TOKEN)
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(MIB))
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(5 * MIB))
    monkeypatch.setenv("MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE", str(4 * MIB))
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    return MlflowClient(server.tracking_uri)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Method and address of what the client sends, from the proxy's root on; what goes to the store as `store`."""
    found: list[str] = []
    send = requests.Session.send

    def record(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        address = re.sub(r".*/mlflow-artifacts|.*(?=/-/transfers)|[?].*", "", unquote(request.url or ""))
        if address.startswith("/-/"):
            address = "/-/transfers"
        found.append(f"{request.method} {'store' if '/bucket/' in address else address}")
        return send(session, request, **options)

    monkeypatch.setattr(requests.Session, "send", record)
    return found


@pytest.mark.parametrize("insist", [True, False])
def test_a_large_file_up_and_down(
    server: LiveServer,
    client: MlflowClient,
    asked: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    insist: bool,
) -> None:
    """Where nobody insists, the client asks what the server can: parts are worth it only past the server."""
    if insist:
        monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
        monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", "true")
    content = CONTENT + str(insist).encode()
    source = tmp_path / "big file.bin"
    source.write_bytes(content)
    run = client.create_run("0")
    client.log_artifact(run.info.run_id, str(source), "model/deep")
    assert [(item.path, item.file_size) for item in client.list_artifacts(run.info.run_id, "model/deep")] == [
        ("model/deep/big file.bin", len(content))
    ]
    found = download_artifacts(
        artifact_uri=f"{run.info.artifact_uri}/model/deep/big file.bin",
        dst_path=str(tmp_path / "back"),
        tracking_uri=server.tracking_uri,
    )
    assert Path(found).read_bytes() == content

    direct = "PUT store" in asked
    root = str(run.info.artifact_uri).removeprefix("mlflow-artifacts:/")
    if insist:
        assert f"POST /mpu/create/{root}/model/deep" in asked
        assert f"POST /mpu/complete/{root}/model/deep" in asked
        where = "store" if direct else "/-/transfers"
        assert (asked.count(f"PUT {where}"), asked.count(f"GET {where}")) == (3, 3)
    elif direct:
        assert not any("transfers" in line or "/artifacts/" in line for line in asked)
    else:
        assert not any("mpu" in line or "transfers" in line for line in asked)
    with server.client() as http:
        path = f"{server.tracking_uri}/api/2.0/mlflow-artifacts/artifacts/{root}/model/deep/big file.bin"
        head = http.head(path)
        assert head.headers["etag"].strip('"') == hashlib.sha256(content).hexdigest()
        answer = http.get(path)
        assert answer.status_code == (302 if direct else 200)
        if direct:
            assert answer.headers["x-checksum-sha256"] == hashlib.sha256(content).hexdigest()
            assert httpx.get(answer.headers["location"], timeout=60).content == content
            resumed = http.get(path, headers={"range": "bytes=4-", "if-range": '"what it was before"'})
            assert resumed.content == content, "who goes on with another file's beginning gets the whole file"
            token = http.get(path, headers={"private-token": TOKEN})
            assert token.status_code == 200, "a token in a header of its own would be sent on to the store"


def test_an_upload_that_fails_on_the_way_leaves_nothing(
    client: MlflowClient, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client ends the upload itself."""
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    source = tmp_path / "big.bin"
    source.write_bytes(CONTENT)
    run = client.create_run("0")

    def breaks(*_arguments: object, **_options: object) -> None:
        raise ConnectionResetError("on the way")

    with monkeypatch.context() as patch:
        patch.setattr("mlflow.store.artifact.http_artifact_repo.HttpArtifactRepository._upload_part", breaks)
        with pytest.raises(Exception, match="on the way"):
            client.log_artifact(run.info.run_id, str(source))
    assert client.list_artifacts(run.info.run_id) == []
    assert any(line.startswith("POST /mpu/abort/") for line in asked)
