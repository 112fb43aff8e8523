"""Where settings come from, in which order, and what is said of a wrong one."""

import re
from pathlib import Path

import pytest

from shortlist.errors import InvalidValue
from shortlist.settings import Settings, load


def test_the_defaults_are_an_embedded_database_in_a_folder() -> None:
    settings = load({}, {})
    assert settings == Settings()
    assert settings.database_url == f"sqlite:///{Path('shortlist-data').resolve() / 'shortlist.db'}"
    assert settings.artifacts_url == (Path("shortlist-data").resolve() / "artifacts").as_uri()


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "shortlist.toml"
    file.write_text('host = "192.0.2.1"\nport = 1\ndata = "from-file"\nallowed_hosts = ["a", "b"]\n')
    environment = {"SHORTLIST_PORT": "2", "SHORTLIST_DATA": "from-environment", "OTHER": "x"}
    settings = load({"port": 3, "data": None}, environment, file)
    assert (settings.host, settings.port, settings.data) == ("192.0.2.1", 3, Path("from-environment"))
    assert settings.allowed_hosts == ("a", "b")


def test_several_hosts_in_the_environment_are_separated_by_commas() -> None:
    assert load({}, {"SHORTLIST_ALLOWED_HOSTS": "a.example, b.example"}).allowed_hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("given", "environment", "words"),
    [
        ({"port": 70_000}, {}, "port must be between"),
        ({}, {"SHORTLIST_PORT": "abc"}, "setting port: expected `int`"),
        ({"data": 7}, {}, "setting data: expected a path"),
        ({"data": ""}, {}, "setting data: expected a path"),
        ({}, {"SHORTLIST_TRUSTED_PROXIES": "10.0.0.0/8,x"}, "trusted_proxies: 'x' is no address"),
        ({}, {"SHORTLIST_SIGN_IN_PROVIDERS": "[{"}, "sign_in_providers: it is not valid JSON"),
        ({}, {"SHORTLIST_SIGN_IN_PROVIDERS": "[{}]"}, "setting sign_in_providers: object missing required field"),
    ],
)
def test_a_wrong_value_is_named(given: dict[str, object], environment: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        load(given, environment)


PROVIDER = {"name": "local", "issuer": "https://id.example", "client_id": "shortlist"}


@pytest.mark.parametrize(
    ("changed", "external_url", "words"),
    [
        ({}, "", "needs external_url"),
        ({"name": "A b"}, "https://x.example", "a name of its own"),
        ({"issuer": "http://id.example"}, "https://x.example", "must begin with https"),
        ({"scopes": ["email"]}, "https://x.example", "lack openid"),
        ({"roles": [{"group": "g", "place": "p", "role": "king"}]}, "https://x.example", "invalid enum value"),
    ],
)
def test_a_wrong_provider_is_named(changed: dict[str, object], external_url: str, words: str) -> None:
    given = {"sign_in_providers": [{**PROVIDER, **changed}], "external_url": external_url}
    with pytest.raises(InvalidValue, match=words):
        load(given, {})


def test_providers_come_from_a_file_and_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "shortlist.toml"
    file.write_text(
        'external_url = "https://x.example"\n[[sign_in_providers]]\nname = "local"\nissuer = "https://id.example"\n'
        'client_id = "shortlist"\n[[sign_in_providers.roles]]\ngroup = "/ml"\nplace = "lab"\nrole = "reporter"\n'
    )
    found = load({}, {}, file).sign_in_providers
    assert (found[0].name, found[0].roles[0].place, found[0].create_accounts) == ("local", "lab", False)
    text = '[{"name": "two", "issuer": "https://id.example", "client_id": "x", "create_accounts": true}]'
    assert load({}, {"SHORTLIST_SIGN_IN_PROVIDERS": text}, file).sign_in_providers[0].create_accounts is True


@pytest.mark.parametrize(
    ("text", "words"), [("prt = 1", "none named `prt`"), ("port = ", "not valid TOML"), (None, "Cannot read")]
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str | None, words: str) -> None:
    file = tmp_path / "shortlist.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(InvalidValue, match=words):
        load({}, {}, file)


_DOCUMENT = Path(__file__).parents[2] / "docs" / "sign-in.md"


@pytest.mark.parametrize("text", re.findall(r"```toml\n(.*?)```", _DOCUMENT.read_text(), re.DOTALL))
def test_the_documented_providers_can_be_copied(tmp_path: Path, text: str) -> None:
    file = tmp_path / "shortlist.toml"
    file.write_text(text)
    assert load({}, {}, file).sign_in_providers[0].create_accounts
