"""Signing in with a real OpenID Connect provider: in, refused, linked, with roles; and what an attacker would try."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from shortlist.app import Application, dispatcher
from shortlist.settings import GroupRole, Settings, SignInProvider
from shortlist.sign_in.provider import Providers
from tests.cast import Cast
from tests.http.client import BASE, Client, refused
from tests.http.test_attacks import PASSWORD, give_password
from tests.oidc import CLIENT, SECRET, TestProvider, running

CALLBACK = "/users/auth/local/callback"
ACCOUNT = "/-/profile/account"


@pytest.fixture(scope="module")
def provider() -> Iterator[TestProvider]:
    with running([f"{BASE}{CALLBACK}"]) as started:
        yield started


@dataclass
class Browser:
    """A browser at a server with one provider, and its person at that provider."""

    client: Client
    provider: TestProvider
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"cookie": jar, "x-csrf-token": self.csrf, **options.pop("headers", {})}
        response = self.client.request(method, path, headers=headers, **options)
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return response

    def start(self, **query: str) -> str:
        """Begin to sign in; returns the provider's address."""
        response = self.ask("GET", "/users/auth/local", params=query)
        assert response.status_code == 303, response.text
        return response.headers["location"]

    def finish(self, returned: str) -> str:
        """Come back from the provider; returns where that leads."""
        assert returned.startswith(BASE + CALLBACK)
        response = self.ask("GET", returned.removeprefix(BASE))
        assert response.status_code == 303, response.text
        return response.headers["location"]

    def sign_in(self, name: str, **query: str) -> str:
        return self.finish(self.provider.visit(self.start(**query), name))

    def password(self) -> None:
        """Sign in as rita with her password."""
        answer = self.ask("POST", "/api/v1/session", json={"login": "rita", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.csrf = answer.json()["csrf_token"]

    @property
    def user(self) -> dict[str, Any] | None:
        found = self.ask("GET", "/api/v1/session").json()
        self.csrf = found["csrf_token"]
        return found["user"]

    @property
    def methods(self) -> dict[str, Any]:
        return self.ask("GET", "/api/v1/account/sign-in").json()

    def link(self, name: str) -> str:
        begun = self.ask("POST", "/api/v1/account/identities", json={"provider": "local"})
        assert begun.status_code == 200, begun.text
        return self.finish(self.provider.visit(begun.json()["url"], name))


Open = Callable[..., Browser]


@pytest.fixture
def opened(application: Application, cast: Cast, runner: asyncio.Runner, provider: TestProvider) -> Open:
    """`opened(create_accounts=True)`: a browser at a server whose provider has these settings."""

    def browser(**changed: Any) -> Browser:
        values: dict[str, Any] = {
            "name": "local",
            "label": "Our provider",
            "issuer": provider.issuer,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "scopes": ("openid", "profile", "email", "groups"),
            **changed,
        }
        settings = Settings(external_url=BASE, sign_in_providers=(SignInProvider(**values),))
        providers = Providers(settings.sign_in_providers, BASE)
        services = replace(application.services, settings=settings, providers=providers)
        return Browser(Client(dispatcher(services), runner, None, cast.project), provider)

    return browser


def problem(location: str) -> str:
    """What went wrong, as the address says it."""
    return parse_qs(urlsplit(location).query).get("problem", [""])[0]


def test_somebody_new_gets_an_account_and_keeps_it(opened: Open, provider: TestProvider) -> None:
    claims = {"preferred_username": "Nina Müller", "name": "Nina Müller", "email": "nina@example.com"}
    provider.knows("n1", **claims, email_verified=True)
    browser = opened(create_accounts=True)
    assert browser.sign_in("n1", return_to="/dashboard/groups?x=1") == "/dashboard/groups?x=1"
    first = browser.user
    assert first is not None
    assert (first["username"], first["name"]) == ("Nina-M-ller", "Nina Müller")
    assert browser.ask("GET", "/api/v1/account").json()["email"] == "nina@example.com"
    assert browser.cookies["shortlist_sign_in"] == ""
    provider.knows("n1", preferred_username="somebody.else", email="other@example.com", email_verified=True)
    again = opened(create_accounts=False)
    assert again.sign_in("n1") == "/"
    assert again.user == first  # the subject counts, not the names
    shown = again.methods
    assert (shown["password"], shown["identities"][0]["only_way"]) == (False, True)
    assert shown["identities"][0]["shown"] == "other@example.com"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_client_without_a_secret(opened: Open, provider: TestProvider, database_kind: str) -> None:
    provider.knows("n2", preferred_username="nils")
    browser = opened(create_accounts=True, client_id="public", client_secret="")
    assert browser.sign_in("n2") == "/"
    wrong = opened(create_accounts=True, client_secret="not that one")
    assert (problem(wrong.sign_in("n2")), wrong.user) == ("refused", None)


def test_usernames_never_meet(opened: Open, provider: TestProvider) -> None:
    """`olga` is a user, `lab` a group; nothing of theirs is touched."""
    found: list[str] = []
    for subject, username in (("u1", "olga"), ("u2", "LAB"), ("u3", "../../etc"), ("u4", "-"), ("u5", "x.git")):
        provider.knows(subject, preferred_username=username)
        browser = opened(create_accounts=True)
        assert browser.sign_in(subject) == "/"
        found.append((browser.user or {})["username"])
    assert found[0] == "olga-2"
    assert found[1].lower() != "lab"
    assert found[2:] == ["etc", "user", "user-2"]


def test_somebody_new_is_refused_where_no_accounts_are_made(opened: Open, provider: TestProvider) -> None:
    provider.knows("n3", preferred_username="nora", email="nora@example.com", email_verified=True)
    browser = opened()
    location = browser.sign_in("n3", return_to="/dashboard/groups")
    assert problem(location) == "no_account"
    assert "return_to=%2Fdashboard%2Fgroups" in location
    assert browser.user is None
    assert "Our provider does not make one" in browser.ask("GET", location).text


def test_who_cancels_is_told_so(opened: Open, provider: TestProvider) -> None:
    browser = opened(create_accounts=True)
    location = browser.finish(provider.visit(browser.start(), "n1", cancel=True))
    assert (problem(location), browser.user) == ("denied", None)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_answer_with_another_state_is_refused(opened: Open, provider: TestProvider, database_kind: str) -> None:
    browser = opened(create_accounts=True)
    returned = provider.visit(browser.start(), "n1")
    for wrong in ("", "wrong", "é"):
        other = opened(create_accounts=True)
        other.cookies = dict(browser.cookies)
        query = parse_qs(urlsplit(returned).query)
        forged = f"{CALLBACK}?{urlencode({'code': query['code'][0], 'state': wrong})}"
        location = other.ask("GET", forged).headers["location"]
        assert (problem(location), other.user) == ("stale", None)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_answer_in_a_browser_that_did_not_begin_is_refused(
    opened: Open, provider: TestProvider, database_kind: str
) -> None:
    """Login CSRF: the attacker's own answer, in the victim's browser."""
    attacker = opened(create_accounts=True)
    returned = provider.visit(attacker.start(), "n1")
    victim = opened(create_accounts=True)
    assert (problem(victim.finish(returned)), victim.user) == ("stale", None)
    victim.start()
    assert (problem(victim.finish(returned)), victim.user) == ("stale", None)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_token_with_another_nonce_is_refused(opened: Open, provider: TestProvider, database_kind: str) -> None:
    browser = opened(create_accounts=True)
    address = browser.start()
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    forged = f"{address.partition('?')[0]}?{urlencode({**query, 'nonce': 'another'})}"
    assert (problem(browser.finish(provider.visit(forged, "n1"))), browser.user) == ("refused", None)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_code_without_its_verifier_is_refused(opened: Open, provider: TestProvider, database_kind: str) -> None:
    """A code that was stolen on its way is worth nothing without the verifier."""
    browser = opened(create_accounts=True)
    address = browser.start()
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    forged = f"{address.partition('?')[0]}?{urlencode({**query, 'code_challenge': challenge})}"
    assert (problem(browser.finish(provider.visit(forged, "n1"))), browser.user) == ("stale", None)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_code_is_refused_the_second_time(opened: Open, provider: TestProvider, database_kind: str) -> None:
    provider.knows("n4", preferred_username="nick")
    browser = opened(create_accounts=True)
    address = browser.start()
    kept = browser.cookies["shortlist_sign_in"]
    returned = provider.visit(address, "n4")
    assert browser.finish(returned) == "/"
    other = opened(create_accounts=True)
    assert problem(other.finish(returned)) == "stale"  # without the cookie
    other.cookies = {"shortlist_sign_in": kept}
    assert (problem(other.finish(returned)), other.user) == ("stale", None)  # with it: the provider refuses


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_answer_of_another_issuer_is_refused(opened: Open, provider: TestProvider, database_kind: str) -> None:
    browser = opened(create_accounts=True)
    returned = provider.visit(browser.start(), "n1")
    forged = returned.partition("&iss=")[0]
    for issuer in ("", "&iss=https%3A%2F%2Fevil.example.com"):
        other = opened(create_accounts=True)
        other.cookies = dict(browser.cookies)
        assert (problem(other.finish(forged + issuer)), other.user) == ("refused", None)


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("cookie", ["", "x", "e30", "bnVsbA", "A" * 5000, "%00", "eyJwcm92aWRlciI6ImxvY2FsIn0"])
def test_a_made_up_cookie_is_refused(opened: Open, cookie: str, database_kind: str) -> None:
    browser = opened()
    browser.cookies = {"shortlist_sign_in": cookie}
    assert problem(browser.ask("GET", f"{CALLBACK}?code=x&state=").headers["location"]) == "stale"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_provider_that_is_down_is_named(opened: Open, database_kind: str) -> None:
    browser = opened(issuer="http://127.0.0.1:9")
    response = browser.ask("GET", "/users/auth/local")
    assert problem(response.headers["location"]) == "unavailable"
    assert "Our provider does not answer" in browser.ask("GET", response.headers["location"]).text
    assert browser.ask("GET", "/users/auth/other").status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_address_that_is_none_makes_no_account(opened: Open, provider: TestProvider, database_kind: str) -> None:
    provider.knows("w1", preferred_username="wim", email="a b@c d", email_verified=True)
    browser = opened(create_accounts=True)
    assert (problem(browser.sign_in("w1")), browser.user) == ("refused", None)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_only_allowed_domains_and_groups_sign_in(opened: Open, provider: TestProvider, database_kind: str) -> None:
    limits = {"create_accounts": True, "allowed_domains": ("Example.com",), "allowed_groups": ("staff",)}
    for email, verified, groups, expected in (
        ("a@example.com", True, ["staff"], ""),
        ("a@example.com", False, ["staff"], "domain"),
        ("a@example.com.evil.org", True, ["staff"], "domain"),
        ("a@sub.example.com", True, ["staff"], "domain"),
        ("a@example.com", True, ["others"], "group"),
        ("a@example.com", True, None, "group"),
    ):
        provider.knows("d1", preferred_username="dan", email=email, email_verified=verified, groups=groups)
        assert problem(opened(**limits).sign_in("d1")) == expected, (email, verified, groups)


def test_an_address_alone_takes_over_no_account(
    application: Application, opened: Open, provider: TestProvider, as_member: Callable[[str], Client], cast: Cast
) -> None:
    ada = as_member("ada")
    for name in ("rita", "ada"):
        path = f"/api/v1/admin/users/{cast.users[name].id}"
        assert ada.request("PATCH", path, json={"email": f"{name}@example.com"}).status_code == 200

    def sign_in(subject: str, email: str, *, verified: bool, **settings: Any) -> tuple[str, str | None]:
        provider.knows(subject, preferred_username=subject, email=email, email_verified=verified)
        browser = opened(create_accounts=True, **settings)
        location = browser.sign_in(subject)
        return problem(location), (browser.user or {}).get("username")

    assert sign_in("evil1", "rita@example.com", verified=True) == ("email_taken", None)
    assert sign_in("evil2", "rita@example.com", verified=False, link_by_email=True) == ("", "evil2")
    assert sign_in("evil3", "ada@example.com", verified=True, link_by_email=True) == ("email_taken", None)
    assert sign_in("rita7", "RITA@example.com", verified=True, link_by_email=True) == ("", "rita")
    trusting = opened(link_by_email=True)
    give_password(application, cast)
    trusting.password()
    answer = trusting.ask("PATCH", "/api/v1/account", json={"email": "victim@example.com"})
    refused(answer, 403, "PERMISSION_DENIED", "email")
    assert trusting.ask("PATCH", "/api/v1/account", json={"name": "Rita R"}).status_code == 200


def test_an_identity_is_linked_by_the_person_who_is_signed_in(
    application: Application, opened: Open, provider: TestProvider, cast: Cast
) -> None:
    give_password(application, cast)
    provider.knows("r1", preferred_username="whoever", email="r@example.com", email_verified=True)
    browser = opened()
    browser.password()
    assert browser.link("r1") == ACCOUNT
    shown = browser.methods
    assert [(item["provider"], item["shown"]) for item in shown["identities"]] == [("Our provider", "r@example.com")]
    assert shown["identities"][0]["only_way"] is False
    assert browser.link("r1") == ACCOUNT  # once more changes nothing
    elsewhere = opened()
    assert elsewhere.sign_in("r1") == "/"
    assert (elsewhere.user or {})["username"] == "rita"

    other = opened(create_accounts=True)
    provider.knows("o1", preferred_username="oscar")
    other.sign_in("o1")
    assert other.user is not None
    assert problem(other.link("r1")) == "linked_elsewhere"

    path = f"/api/v1/account/identities/{shown['identities'][0]['id']}"
    refused(other.ask("DELETE", path), 404, "RESOURCE_DOES_NOT_EXIST")
    assert browser.ask("DELETE", path, headers={"x-csrf-token": "wrong"}).status_code == 403
    assert browser.ask("DELETE", path).status_code == 200
    assert problem(opened().sign_in("r1")) == "no_account"
    only = f"/api/v1/account/identities/{other.methods['identities'][0]['id']}"
    refused(other.ask("DELETE", only), 403, "PERMISSION_DENIED", "identity")


def test_nobody_links_their_identity_to_the_account_of_another(
    application: Application, opened: Open, provider: TestProvider, cast: Cast
) -> None:
    """The attacker begins to link in a session of their own, and has the victim's browser come back from it."""
    give_password(application, cast)
    provider.knows("evil", preferred_username="evil")
    attacker, victim = opened(create_accounts=True), opened()
    attacker.sign_in("evil")
    assert attacker.user is not None
    begun = attacker.ask("POST", "/api/v1/account/identities", json={"provider": "local"}).json()["url"]
    returned = provider.visit(begun, "evil2")
    victim.password()
    session = victim.cookies["shortlist_session"]
    for planted in ({}, {"shortlist_sign_in": attacker.cookies["shortlist_sign_in"]}):
        victim.cookies = {"shortlist_session": session, **planted}
        assert problem(victim.finish(returned)) == "stale"
    assert victim.methods["identities"] == []
    token = {"authorization": f"Bearer {cast.token('rita')}", "cookie": ""}
    refused(
        victim.ask("POST", "/api/v1/account/identities", json={"provider": "local"}, headers=token),
        403,
        "PERMISSION_DENIED",
    )
    forged = {"x-csrf-token": ""}
    refused(
        victim.ask("POST", "/api/v1/account/identities", json={"provider": "local"}, headers=forged),
        403,
        "PERMISSION_DENIED",
    )


def test_a_blocked_account_stays_out(
    opened: Open, provider: TestProvider, as_member: Callable[[str], Client], cast: Cast
) -> None:
    provider.knows("b1", preferred_username="bob")
    browser = opened(create_accounts=True)
    browser.sign_in("b1")
    bob = browser.user or {}
    assert as_member("ada").post(f"/api/v1/admin/users/{bob['id']}/block").status_code == 200
    assert browser.user is None
    assert problem(browser.sign_in("b1")) == "blocked"
    assert as_member("ada").request("DELETE", f"/api/v1/admin/users/{bob['id']}").status_code == 200
    assert browser.sign_in("b1") == "/"  # the identity was freed: somebody new, who has nothing of before
    assert (browser.user or {})["username"] == "bob-2"


ROLES = (
    GroupRole(group="/ml", place="lab", role="reporter"),
    GroupRole(group="/ml/leads", place="lab", role="maintainer"),
    GroupRole(group="/speech", place="otto/speech", role="developer"),
    GroupRole(group="/ml", place="no/such", role="owner"),
)


def test_roles_come_and_go_with_the_groups(
    opened: Open, provider: TestProvider, as_member: Callable[[str], Client], cast: Cast
) -> None:
    def roles(*groups: str) -> dict[str, str | None]:
        provider.knows("g1", preferred_username="gus", groups=list(groups))
        browser = opened(create_accounts=True, roles=ROLES, administrators=("/admins",))
        assert browser.sign_in("g1") == "/"
        gus = browser.user or {}
        found: dict[str, str | None] = {"administrator": "yes" if gus["administrator"] else None}
        for word, path in (("lab", "groups/lab"), ("speech", f"projects/{cast.other_project.replace('/', '%2F')}")):
            listed = as_member("ada").get(f"/api/v1/{path}/members").json()["members"]
            found[word] = next((item["role"] for item in listed if item["username"] == "gus"), None)
        return found

    assert roles("/ml") == {"administrator": None, "lab": "reporter", "speech": None}
    assert roles("/ml", "/ml/leads", "/speech") == {"administrator": None, "lab": "maintainer", "speech": "developer"}
    assert roles("/speech", "/admins") == {"administrator": "yes", "lab": None, "speech": "developer"}
    assert roles() == {"administrator": None, "lab": None, "speech": None}
    events = as_member("ada").get("/api/v1/admin/audit", params={"action": "member:add"}).json()["events"]
    assert [event["target"] for event in events[:2]] == ["gus"] * 2
    assert events[0]["credential"] == "server"


def test_what_was_given_by_hand_is_not_taken(
    application: Application, opened: Open, provider: TestProvider, as_member: Callable[[str], Client], cast: Cast
) -> None:
    """rita is a reporter of `lab` by hand, ada an administrator; a promotion by hand is kept as well."""
    give_password(application, cast)
    settings: dict[str, Any] = {"roles": ROLES, "administrators": ("/admins",)}

    def role(name: str) -> str | None:
        listed = as_member("ada").get("/api/v1/groups/lab/members").json()["members"]
        return next((item["role"] for item in listed if item["username"] == name), None)

    provider.knows("h1", groups=["/ml/leads"])
    browser = opened(**settings)
    browser.password()
    assert browser.link("h1") == ACCOUNT
    assert role("rita") == "reporter"
    provider.knows("h1", groups=[])
    assert opened(**settings).sign_in("h1") == "/"
    assert role("rita") == "reporter"

    provider.knows("h2", preferred_username="hal", groups=["/ml"])
    hal = opened(create_accounts=True, **settings)
    hal.sign_in("h2")
    promoted = as_member("olga").request(
        "PATCH", f"/api/v1/groups/lab/members/{(hal.user or {})['id']}", json={"role": "developer"}
    )
    assert promoted.status_code == 200, promoted.text
    provider.knows("h2", groups=[])
    hal.sign_in("h2")
    assert role("hal") == "developer"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_unlinking_takes_the_roles_that_came_with_it(
    application: Application,
    opened: Open,
    provider: TestProvider,
    as_member: Callable[[str], Client],
    cast: Cast,
    database_kind: str,
) -> None:
    give_password(application, cast)
    provider.knows("v1", groups=["/speech"])
    browser = opened(roles=ROLES)
    browser.password()
    browser.link("v1")
    speech = f"/api/v1/projects/{cast.other_project.replace('/', '%2F')}"
    assert as_member("rita").get(speech).json()["role"] == "developer"
    assert browser.ask("DELETE", f"/api/v1/account/identities/{browser.methods['identities'][0]['id']}").is_success
    refused(as_member("rita").get(speech), 404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize("where", ["//evil.example.com", "/\\evil.example.com", "/\t/evil.example.com"])
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_signing_in_leads_nowhere_else(opened: Open, provider: TestProvider, where: str, database_kind: str) -> None:
    """Every spelling that came to mind is in tests/unit/sign_in."""
    provider.knows("n5", preferred_username="nell")
    browser = opened(create_accounts=True)
    assert browser.sign_in("n5", return_to=where) == "/"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_host_header_moves_no_redirect(opened: Open, provider: TestProvider, database_kind: str) -> None:
    browser = opened(create_accounts=True)
    for headers in ({"host": "127.0.0.1:9"}, {"x-forwarded-host": "evil.example.com"}, {"forwarded": "host=evil"}):
        response = browser.ask("GET", "/users/auth/local", headers=headers)
        sent = parse_qs(urlsplit(response.headers["location"]).query)
        assert sent["redirect_uri"] == [BASE + CALLBACK]
    refused_host = browser.ask("GET", "/users/auth/local", headers={"host": "evil.example.com"})
    assert refused_host.status_code == 403


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_session_from_before_is_nobodys_after_signing_in(
    opened: Open, provider: TestProvider, database_kind: str
) -> None:
    provider.knows("n6", preferred_username="nat")
    browser = opened(create_accounts=True)
    browser.cookies["shortlist_session"] = "planted-by-somebody-else"
    browser.sign_in("n6")
    assert browser.cookies["shortlist_session"] != "planted-by-somebody-else"
    planted = opened()
    planted.cookies["shortlist_session"] = "planted-by-somebody-else"
    assert planted.user is None


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_page_says_no_words_of_somebody_else(opened: Open, database_kind: str) -> None:
    browser = opened()
    for query in ({"problem": "call 555-0100", "provider": "local"}, {"problem": "denied", "provider": "evil"}):
        options = browser.ask("GET", "/api/v1/sign-in", params=query).json()
        assert options == {"providers": [{"name": "local", "label": "Our provider"}], "problem": ""}
        assert "555" not in browser.ask("GET", "/users/sign_in", params=query).text
