"""An attestation of a model version: what it says, and that nothing but what was signed passes."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from shortlist.attestation import dsse
from shortlist.cli.main import app
from tests.cast import Cast
from tests.ci import GITLAB, GITLAB_CLAIMS, Issuer
from tests.http.client import Client, refused

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
FILES = {"model.bin": b"weights", "code/train.py": b"depth = 8\n"}


@pytest.fixture
def address(
    gitlab: Issuer, trust: Callable[..., Any], as_job: Callable[..., Client], rita: Client, cast: Cast, tmp_path: Path
) -> str:
    """A version with two files that was made from a candidate of a verified job; the files lie in `files` as well."""
    assert trust().status_code == 201
    job = as_job(gitlab.token()).mlflow
    run_id = job.new_run()
    job.call("runs/log-batch", run_id=run_id, params=[{"key": "depth", "value": "8"}])
    for name, body in FILES.items():
        place = f"{rita.mlflow.files}/candidate:1/{name}"
        assert rita.request("PUT", place, content=body).status_code == 200
        (tmp_path / "files" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "files" / name).write_bytes(body)
    models = f"/api/v1/projects/{cast.project_id}/models"
    assert rita.post(models, {"name": "reader"}).status_code == 200
    made = rita.post(f"{models}/1/versions", {"candidate": 1})
    assert made.status_code == 200, made.text
    return f"{models}/1/versions/1/attestation"


def attested(rita: Client, address: str, tmp_path: Path) -> dict[str, Any]:
    """The statement; the envelope and the key are in files."""
    answer = rita.get(address)
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    (tmp_path / "a.json").write_bytes(answer.content)
    (tmp_path / "keys.json").write_bytes(rita.get("/.well-known/jwks.json").content)
    return json.loads(base64.b64decode(answer.json()["payload"]))


def verify(tmp_path: Path, *options: str, key: str = "keys.json") -> Result:
    return CliRunner().invoke(app, ["verify", str(tmp_path / "a.json"), "--key", str(tmp_path / key), *options])


def test_what_it_says(
    rita: Client, as_member: Callable[[str], Client], address: str, cast: Cast, tmp_path: Path
) -> None:
    found = attested(rita, address, tmp_path)
    assert found["_type"] == "https://in-toto.io/Statement/v1"
    assert found["predicateType"] == "https://slsa.dev/provenance/v1"
    assert {item["name"] for item in found["subject"]} == set(FILES)
    assert all(len(item["digest"]["sha256"]) == 64 for item in found["subject"])
    definition, run = found["predicate"]["buildDefinition"], found["predicate"]["runDetails"]
    assert definition["externalParameters"] == {"parameters": {"depth": "8"}}
    assert definition["resolvedDependencies"] == [
        {
            "digest": {"gitCommit": GITLAB_CLAIMS["sha"]},
            "uri": "git+https://gitlab.com/vision-team/classifier@main",
            "name": "source",
        }
    ]
    assert run["builder"] == {"id": GITLAB}
    assert run["metadata"]["invocationId"] == "https://gitlab.com/vision-team/classifier/-/jobs/302"
    ci = found["predicate"]["shortlist_ci"]
    assert (ci["verified"], ci["issuer"]) == ("yes", GITLAB)
    assert {"name": "job", "value": "302", "verified": True} in ci["facts"]
    # It is the same for whoever may ask, and there is one key.
    assert as_member("gwen").get(address).content == (tmp_path / "a.json").read_bytes()
    assert as_member("otto").get(address).status_code == 404
    page = rita.get(address.removesuffix("/attestation")).json()
    assert page["candidate"]["ci"]["verified"] == "yes"


def test_it_is_verified_without_the_server(rita: Client, address: str, tmp_path: Path) -> None:
    attested(rita, address, tmp_path)
    good = verify(tmp_path, "--files", str(tmp_path / "files"))
    assert good.exit_code == 0, good.output
    lines = dict(line.split(maxsplit=1) for line in good.output.splitlines() if line.startswith(("Builder", "Job")))
    assert lines["Builder"] == GITLAB
    assert lines["Job"].endswith(f"/jobs/302 (verified by {GITLAB})")
    assert "2 files as attested, and no other." in good.output

    (tmp_path / "files" / "model.bin").write_bytes(b"other weights")
    (tmp_path / "files" / "code" / "train.py").unlink()
    (tmp_path / "files" / "extra.so").write_bytes(b"!")
    bad = verify(tmp_path, "--files", str(tmp_path / "files"))
    assert bad.exit_code == 1
    for words in ("different: model.bin", "missing: code/train.py", "not attested: extra.so"):
        assert words in bad.output


def test_nothing_else_passes(rita: Client, address: str, tmp_path: Path) -> None:
    statement = attested(rita, address, tmp_path)
    envelope = json.loads((tmp_path / "a.json").read_text())
    [key] = json.loads((tmp_path / "keys.json").read_text())["keys"]
    statement["predicate"]["runDetails"]["builder"]["id"] = "https://evil.example"
    forged = base64.b64encode(json.dumps(statement).encode()).decode()
    stranger = dsse.new_key()
    resigned = json.loads(json.dumps(envelope))
    resigned["signatures"][0]["sig"] = base64.b64encode(b"x" * 64).decode()
    [item] = dsse.sign(stranger, base64.b64decode(forged)).signatures
    cases = {
        "signature does not fit": ({**envelope, "payload": forged}, resigned),
        "It is signed by": (
            {**envelope, "payload": forged, "signatures": [{"keyid": item.keyid, "sig": item.sig}]},
            {**envelope, "signatures": []},
        ),
        "signature does not fit: the attestation": (
            # Somebody else's signature under our key's name.
            {**envelope, "payload": forged, "signatures": [{"keyid": key["kid"], "sig": item.sig}]},
        ),
        "holds 'text/plain'": ({**envelope, "payloadType": "text/plain"},),
        "not valid base64": ({**envelope, "payload": "%%%"},),
        "is no attestation": ({"payload": 1}, []),
    }
    for words, changed in cases.items():
        for case in changed:
            (tmp_path / "a.json").write_text(json.dumps(case))
            answer = verify(tmp_path)
            assert (answer.exit_code, words in answer.output) == (2, True), (words, answer.output)
    (tmp_path / "a.json").write_text(json.dumps(envelope))
    # The id of a key is worked out: a stranger's key by our key's name is a stranger's.
    (tmp_path / "wrong.json").write_text(json.dumps({"keys": [{**key, "x": dsse.base64url(stranger.public)}]}))
    wrong = verify(tmp_path, key="wrong.json")
    assert (wrong.exit_code, "the key that was given is" in wrong.output) == (2, True)
    for text in ("", "{}", '{"keys": []}', '{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "x", "x": "AAAA"}]}'):
        (tmp_path / "odd.json").write_text(text)
        assert verify(tmp_path, key="odd.json").exit_code == 2


def test_a_name_outside_of_the_folder_is_missing(address: str, tmp_path: Path) -> None:
    key = dsse.new_key()
    (tmp_path / "secret").write_bytes(b"weights")
    found = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {},
        "subject": [{"name": "../secret", "digest": {"sha256": "0" * 64}}],
    }
    envelope = dsse.sign(key, json.dumps(found).encode())
    signature = {"keyid": key.kid, "sig": envelope.signatures[0].sig}
    text = {"payloadType": envelope.payloadType, "payload": envelope.payload, "signatures": [signature]}
    (tmp_path / "a.json").write_text(json.dumps(text))
    published = {"kty": "OKP", "crv": "Ed25519", "kid": "any", "x": dsse.base64url(key.public)}
    (tmp_path / "keys.json").write_text(json.dumps(published))
    (tmp_path / "empty").mkdir()
    answer = verify(tmp_path, "--files", str(tmp_path / "empty"))
    assert (answer.exit_code, "missing: ../secret" in answer.output) == (1, True), answer.output


def test_a_version_without_files_is_not_attested(rita: Client, cast: Cast) -> None:
    models = f"/api/v1/projects/{cast.project_id}/models"
    rita.post(models, {"name": "empty"})
    assert rita.post(f"{models}/1/versions", {}).status_code == 200
    answer = rita.get(f"{models}/1/versions/1/attestation")
    assert "no files yet" in refused(answer, 400, "INVALID_PARAMETER_VALUE", "version")


def test_the_private_key_is_nowhere_to_be_read(rita: Client, address: str) -> None:
    first = rita.get("/.well-known/jwks.json")
    assert rita.get("/.well-known/jwks.json").json() == first.json()
    assert set(first.json()["keys"][0]) == {"kty", "crv", "x", "kid", "use", "alg"}
