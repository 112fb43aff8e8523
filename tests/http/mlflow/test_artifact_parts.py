"""Uploads in parts and signed addresses over HTTP: what MLflow's client does, and what nobody may do."""

import hashlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from shortlist.app import Application
from shortlist.packages import signing
from shortlist.packages.signing import FileTicket, UploadTicket
from tests.http.client import BASE, Client, refused
from tests.http.conftest import MEMBERS, WRITERS

PARTS = (b"a" * 100_000, b"b" * 100_000, b"end")
WHOLE = b"".join(PARTS)


class Parts:
    """The verbs for uploads in parts, in one run, as one member of the cast."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.base = client.mlflow.files.removesuffix("/artifacts")

    def post(self, step: str, where: str = "candidate:1/model", **body: Any) -> httpx.Response:
        return self.client.post(f"{self.base}/mpu/{step}/{where}", {"path": "/home/me/weights.bin", **body})

    def begin(self, **body: Any) -> dict[str, Any]:
        answer = self.post("create", num_parts=3, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def presigned(self, path: str = "candidate:1/model/weights.bin") -> httpx.Response:
        return self.client.get(f"{self.base}/presigned/{path}")

    def get(self, path: str = "candidate:1/model/weights.bin") -> httpx.Response:
        return self.client.get(f"{self.client.mlflow.files}/{path}")


@pytest.fixture
def parts(rita: Client) -> Parts:
    rita.mlflow.new_run()
    return Parts(rita)


@pytest.fixture
def nobody(as_member: Callable[[str], Client]) -> Client:
    """Somebody without credentials, who was given an address."""
    return as_member("anonymous")


def send(nobody: Client, begun: dict[str, Any]) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    for credential in reversed(begun["credentials"]):
        assert credential["headers"] == {}
        number = credential["part_number"]
        answer = nobody.request("PUT", credential["url"].removeprefix(BASE), content=PARTS[number - 1])
        assert answer.status_code == 200, answer.text
        sent.append({"part_number": number, "etag": answer.headers["etag"], "url": credential["url"]})
    return sent


def test_an_artifact_in_parts_and_its_signed_address(parts: Parts, nobody: Client) -> None:
    begun = parts.begin()
    assert [item["part_number"] for item in begun["credentials"]] == [1, 2, 3]
    sent = send(nobody, begun)
    refused(parts.get(), 404, "RESOURCE_DOES_NOT_EXIST")
    for _ in range(2):
        assert parts.post("complete", upload_id=begun["upload_id"], parts=sent).json() == {}
    assert parts.get().content == WHOLE

    signed = parts.presigned().json()
    assert (signed["file_size"], signed["headers"]) == (len(WHOLE), {})
    address = signed["url"].removeprefix(BASE)
    found = nobody.get(address)
    assert found.content == WHOLE
    assert found.headers["etag"] == f'"{hashlib.sha256(WHOLE).hexdigest()}"'
    assert found.headers["content-disposition"] == 'attachment; filename="weights.bin"'
    assert found.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert nobody.get(address, headers={"range": "bytes=99999-100000"}).content == b"ab"
    parts.client.request("DELETE", f"{parts.client.mlflow.files}/candidate:1/model")
    refused(nobody.get(address), 404, "RESOURCE_DOES_NOT_EXIST")
    for path in ("candidate:1/model/weights.bin", "candidate:1/other", "candidate:7/a"):
        refused(parts.presigned(path), 404, "RESOURCE_DOES_NOT_EXIST")


def test_an_upload_goes_on_with_what_is_missing(parts: Parts, nobody: Client) -> None:
    begun = parts.begin()
    first, *rest = begun["credentials"]
    sent = send(nobody, {"credentials": rest})
    resumed = parts.begin(upload_id=begun["upload_id"])
    assert [item["part_number"] for item in resumed["credentials"]] == [first["part_number"]]
    assert resumed["parts"] == [{"part_number": item["part_number"], "etag": item["etag"]} for item in sent[::-1]]
    done = [*resumed["parts"], *send(nobody, resumed)]
    assert parts.post("complete", upload_id=begun["upload_id"], parts=done).status_code == 200
    assert parts.get().content == WHOLE
    refused(parts.post("create", upload_id="0" * 32), 404, "RESOURCE_DOES_NOT_EXIST", "upload_id")


def test_an_ended_upload_takes_no_more(parts: Parts, nobody: Client) -> None:
    begun = parts.begin()
    for _ in range(2):
        assert parts.post("abort", upload_id=begun["upload_id"]).json() == {}
    address = begun["credentials"][0]["url"].removeprefix(BASE)
    refused(nobody.request("PUT", address, content=b"x"), 404, "RESOURCE_DOES_NOT_EXIST")
    refused(parts.post("complete", upload_id=begun["upload_id"], parts=[]), 404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize(
    ("where", "body", "status", "field"),
    [
        ("candidate:1", {"num_parts": 0}, 400, "num_parts"),
        ("candidate:1", {"num_parts": 10_001}, 400, "num_parts"),
        ("candidate:1", {"num_parts": "many"}, 400, "num_parts"),
        ("candidate:1", {"path": "/"}, 400, "path"),
        ("candidate:1", {"path": ".."}, 400, "path"),
        ("candidate:1", {"path": "a\0b"}, 400, "path"),
        ("candidate:1/%252e%252e", {}, 400, "path"),
        ("candidate:2", {}, 404, None),
        ("nothing", {}, 404, "path"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_cannot_be_begun(parts: Parts, where: str, body: dict[str, Any], status: int, field: str | None) -> None:
    code = "INVALID_PARAMETER_VALUE" if status == 400 else "RESOURCE_DOES_NOT_EXIST"
    refused(parts.post("create", where, **body), status, code, field)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_name_is_the_last_of_the_clients_path_whatever_its_system(parts: Parts, nobody: Client) -> None:
    begun = parts.begin(path="C:\\Users\\me\\weights.bin")
    done = send(nobody, begun)
    parts.post("complete", path="C:\\Users\\me\\weights.bin", upload_id=begun["upload_id"], parts=done)
    assert parts.get().content == WHOLE


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_signed_address_allows_one_thing_for_a_while(
    application: Application, parts: Parts, nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = parts.begin()
    ticket = begun["credentials"][0]["url"].split("/")[-2]
    body, _, mac = ticket.partition(".")
    other = UploadTicket(1, begun["upload_id"], 4_000_000_000_000)

    async def forged() -> str:
        return await signing.Signer(application.services.database).sign(other)

    # Every server on this database has the same key; what another key signed is refused.
    good = parts.client._runner.run(forged())
    bad = [f"{body}.{mac[:-2]}xx", f"{good.partition('.')[0]}.{mac}", body, "x" * 2000, good + "x"]
    for token in bad:
        refused(nobody.request("PUT", f"/-/transfers/uploads/{token}/1", content=b"x"), 404, "RESOURCE_DOES_NOT_EXIST")
    refused(nobody.get(f"/-/transfers/files/{ticket}"), 404, "RESOURCE_DOES_NOT_EXIST")
    for number in ("0", "4", "x", "1" * 9):
        refused(
            nobody.request("PUT", f"/-/transfers/uploads/{ticket}/{number}", content=b"x"),
            400,
            "INVALID_PARAMETER_VALUE",
            "number",
        )
    send(nobody, begun)
    monkeypatch.setattr(signing, "now_ms", lambda: 5_000_000_000_000)
    refused(nobody.request("PUT", f"/-/transfers/uploads/{ticket}/1", content=b"x"), 404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_file_ticket_opens_no_upload(application: Application, parts: Parts, nobody: Client) -> None:
    token = parts.client._runner.run(application.services.signer.sign(FileTicket(1, 1, 4_000_000_000_000)))
    refused(nobody.request("PUT", f"/-/transfers/uploads/{token}/1", content=b"x"), 404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize("name", MEMBERS)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_who_may_do_what(as_member: Callable[[str], Client], parts: Parts, name: str) -> None:
    parts.client.request("PUT", f"{parts.client.mlflow.files}/candidate:1/model/weights.bin", content=b"x")
    theirs = Parts(as_member(name))
    may_write = (*WRITERS, "ada")
    expected = (
        (200, 200) if name in may_write else {"gwen": (200, 403), "otto": (404, 404), "anonymous": (401, 401)}[name]
    )
    assert theirs.presigned().status_code == expected[0]
    assert theirs.post("create").status_code == expected[1]
    assert theirs.post("abort", upload_id="x").status_code == expected[1]
