"""The second factor of a sign-in: enrolled, asked for, used once, recovered from, removed."""

import base64
from collections.abc import Callable

import pytest
from pyotp.totp import TOTP

from shortlist.access.scope import Author
from shortlist.app import Application
from shortlist.clock import now_ms
from shortlist.identity import second_factor, store_factors
from shortlist.identity.tables import recovery_code
from shortlist.projects import service as projects
from tests.cast import Cast
from tests.http.client import Client, refused
from tests.http.test_attacks import PASSWORD, give_password

STEP = 30
FACTOR = "/api/v1/account/second-factor"
Browser = dict[str, str]


class Person:
    """rita, with a password, a browser and an authenticator. Codes are of steps after those used before."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.headers: Browser = {}
        self.secret = ""
        self.codes: list[str] = []

    def sign_in(self, code: str = "") -> int:
        answer = self.client.post("/api/v1/session", {"login": "rita", "password": PASSWORD, "code": code})
        if answer.status_code == 200:
            cookie = answer.headers["set-cookie"].split(";")[0]
            self.headers = {"cookie": cookie, "x-csrf-token": answer.json()["csrf_token"]}
        return answer.status_code

    def enrol(self) -> None:
        assert self.sign_in() == 200
        begun = self.client.post(FACTOR, {"current_password": PASSWORD}, headers=self.headers)
        assert begun.status_code == 200, begun.text
        self.secret = begun.json()["secret"]
        confirmed = self.client.post(f"{FACTOR}/confirm", {"code": self.code(-1)}, headers=self.headers)
        assert confirmed.status_code == 200, confirmed.text
        self.codes = confirmed.json()["codes"]

    def code(self, steps: int = 0) -> str:
        return TOTP(self.secret).at(now_ms() // 1000 + steps * STEP)

    def wrong(self) -> str:
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(code for number in range(20) if (code := f"{number:06d}") not in near)


@pytest.fixture
def somebody(application: Application, as_member: Callable[[str], Client], cast: Cast) -> Person:
    give_password(application, cast)
    return Person(as_member("anonymous"))


@pytest.fixture
def enrolled(somebody: Person) -> Person:
    somebody.enrol()
    return somebody


def test_it_is_asked_for_from_its_confirmation_on(somebody: Person) -> None:
    assert somebody.sign_in() == 200
    begun = somebody.client.post(FACTOR, {"current_password": PASSWORD}, headers=somebody.headers).json()
    assert begun["uri"].startswith("otpauth://totp/")
    assert begun["secret"] in begun["uri"]
    assert begun["qr"].startswith("data:image/svg+xml")
    assert somebody.sign_in() == 200  # begun is not confirmed
    somebody.enrol()
    answer = somebody.client.post("/api/v1/session", {"login": "rita", "password": PASSWORD})
    refused(answer, 401, "UNAUTHENTICATED", "code")
    refused(
        somebody.client.post("/api/v1/session", {"login": "rita", "password": "wrong"}),
        401,
        "UNAUTHENTICATED",
        "login",
    )
    assert somebody.sign_in(somebody.code()) == 200
    shown = somebody.client.get("/api/v1/account/sign-in", headers=somebody.headers).json()
    assert shown["second_factor"]["since"] is not None
    assert shown["second_factor"]["recovery_codes"] == 10


def test_a_code_is_good_once_and_no_older_one_after_it(enrolled: Person) -> None:
    code = enrolled.code()
    assert [enrolled.sign_in(code), enrolled.sign_in(code), enrolled.sign_in(enrolled.code(-1))] == [200, 401, 401]


def test_of_two_that_present_the_same_code_at_once_one_gets_in(enrolled: Person) -> None:
    body = {"login": "rita", "password": PASSWORD, "code": enrolled.code()}
    answers = enrolled.client.at_once([("POST", "/api/v1/session", {"json": body})] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


def test_a_recovery_code_is_good_once_however_it_is_typed(enrolled: Person) -> None:
    assert len(set(enrolled.codes)) == 10
    typed = enrolled.codes[3].upper().replace("-", " ")
    assert [enrolled.sign_in(typed), enrolled.sign_in(enrolled.codes[3])] == [200, 401]
    shown = enrolled.client.get("/api/v1/account/sign-in", headers=enrolled.headers).json()
    assert shown["second_factor"]["recovery_codes"] == 9
    again = {"current_password": PASSWORD}
    fresh = enrolled.client.post(f"{FACTOR}/recovery-codes", again, headers=enrolled.headers).json()["codes"]
    assert [enrolled.sign_in(enrolled.codes[4]), enrolled.sign_in(fresh[0])] == [401, 200]


def test_recovery_codes_are_not_stored_as_they_are(application: Application, enrolled: Person, cast: Cast) -> None:
    text = application.services.database.read_now(
        lambda connection: repr(connection.execute(recovery_code.select()).all())
    )
    assert not any(code in text or code.replace("-", "") in text for code in enrolled.codes)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_codes_cannot_be_guessed(enrolled: Person, database_kind: str) -> None:
    wrong = enrolled.wrong()
    assert [enrolled.sign_in(wrong) for _ in range(7)] == [401] * 5 + [429] * 2
    assert enrolled.sign_in(enrolled.code()) == 429


@pytest.mark.parametrize("code", ["", " ", "12345", "1234567", "٠١٢٣٤٥", "x" * 5000, "\x00", "-", "null"])
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_is_no_code_is_refused(enrolled: Person, code: str, database_kind: str) -> None:
    assert enrolled.sign_in(code) == 401


def test_the_password_alone_is_not_basic_authentication_and_a_token_is(enrolled: Person, cast: Cast) -> None:
    def ask(secret: str) -> int:
        word = base64.b64encode(f"rita:{secret}".encode()).decode()
        return enrolled.client.get("/api/v4/user", headers={"authorization": f"Basic {word}"}).status_code

    assert [ask(PASSWORD) for _ in range(11)] == [401] * 11  # it is no guess, so it does not lock the login
    assert ask(cast.token("rita")) == 200
    assert enrolled.client.get("/api/v4/user", headers={"private-token": cast.token("rita")}).status_code == 200
    assert enrolled.sign_in(enrolled.code()) == 200


def test_turning_it_on_ends_other_sessions_and_off_needs_the_password(somebody: Person) -> None:
    assert somebody.sign_in() == 200
    elsewhere = somebody.headers
    somebody.enrol()
    assert somebody.client.get("/api/v1/account", headers=elsewhere).status_code == 401
    assert somebody.client.get("/api/v1/account", headers=somebody.headers).status_code == 200
    second = somebody.client.post(FACTOR, {"current_password": PASSWORD}, headers=somebody.headers)
    refused(second, 400, "INVALID_PARAMETER_VALUE", "second_factor")
    wrong = somebody.client.request("DELETE", FACTOR, json={"current_password": "wrong"}, headers=somebody.headers)
    refused(wrong, 400, "INVALID_PARAMETER_VALUE", "current_password")
    right = somebody.client.request("DELETE", FACTOR, json={"current_password": PASSWORD}, headers=somebody.headers)
    assert right.status_code == 200
    assert somebody.sign_in() == 200


def test_a_token_changes_nothing_about_signing_in(as_member: Callable[[str], Client], enrolled: Person) -> None:
    rita = as_member("rita")
    for method, path, body in (
        ("POST", FACTOR, {"current_password": PASSWORD}),
        ("POST", f"{FACTOR}/confirm", {"code": enrolled.code()}),
        ("POST", f"{FACTOR}/recovery-codes", {"current_password": PASSWORD}),
        ("DELETE", FACTOR, {"current_password": PASSWORD}),
    ):
        refused(rita.request(method, path, json=body), 403, "PERMISSION_DENIED")


def test_an_administrator_removes_it_and_the_audit_says_so(
    as_member: Callable[[str], Client], enrolled: Person, cast: Cast
) -> None:
    ada, rita_id = as_member("ada"), cast.users["rita"].id
    assert ada.get("/api/v4/users", params={"username": "rita"}).json()[0]["two_factor_enabled"] is True
    removed = ada.request("DELETE", f"/api/v1/admin/users/{rita_id}/second-factor")
    assert removed.json()["second_factor"] is False
    again = ada.request("DELETE", f"/api/v1/admin/users/{rita_id}/second-factor")
    refused(again, 400, "INVALID_PARAMETER_VALUE", "second_factor")
    assert enrolled.sign_in() == 200
    events = ada.get("/api/v1/admin/audit").json()["events"]
    found = [(event["action"], event["username"], event["target"]) for event in events]
    assert found[0] == ("second_factor:remove", "ada", "rita")
    assert ("second_factor:enable", "rita", "rita") in found
    assert enrolled.secret not in str(events)


def test_a_deleted_account_keeps_no_secret(
    application: Application, as_member: Callable[[str], Client], enrolled: Person, cast: Cast
) -> None:
    rita_id = cast.users["rita"].id
    assert as_member("ada").request("DELETE", f"/api/v1/admin/users/{rita_id}").status_code == 200
    left = application.services.database.read_now(lambda connection: store_factors.secret(connection, rita_id))
    assert left is None


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_step_is_accepted_a_step_early_and_late_and_no_further(
    application: Application, enrolled: Person, cast: Cast, database_kind: str
) -> None:
    database = application.services.database
    start = 2_000_000_000 // STEP * STEP
    totp = TOTP(enrolled.secret)
    author = Author(projects.actor_of(cast.users["rita"]))
    user = cast.users["rita"]

    def accepted(steps: int, at: int) -> bool:
        code = totp.at(at + steps * STEP)
        return database.write_now(
            lambda connection: second_factor.accept(connection, author, user, code, clock=lambda: at)
        )

    found = {steps: accepted(steps, start + 100 * STEP * (steps + 5)) for steps in (-2, -1, 0, 1, 2)}
    assert found == {-2: False, -1: True, 0: True, 1: True, 2: False}
