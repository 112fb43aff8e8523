"""Settings: one frozen struct, read once, from the command line, the environment and a TOML file, in that order."""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from shortlist.errors import InvalidValue
from shortlist.outbound import check_url

PREFIX = "SHORTLIST_"
CI_ISSUERS = ("https://gitlab.com", "https://token.actions.githubusercontent.com")
_TABLES = ("sign_in_providers",)
_PROVIDER_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
_LISTS = ("allowed_hosts", "ci_issuers", "trusted_proxies")  # written with commas in the environment


RoleName = Literal["guest", "planner", "reporter", "developer", "maintainer", "owner"]


class GroupRole(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is in a group at the provider has a role here, as long as they are."""

    group: str  # as the provider names it
    place: str  # full path of the group or project here
    role: RoleName  # in it


class SignInProvider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An OpenID Connect provider that people sign in with."""

    name: str  # in addresses; it sends people back to EXTERNAL_URL/users/auth/NAME/callback
    issuer: str  # as the provider writes it; its .well-known/openid-configuration lies below
    client_id: str  # as the provider registered this server
    client_secret: str = ""  # empty: a public client, which PKCE alone protects
    label: str = ""  # on the button; empty: the name
    scopes: tuple[str, ...] = ("openid", "profile", "email")  # asked for
    create_accounts: bool = False  # whether somebody without an account gets one
    allowed_domains: tuple[str, ...] = ()  # of verified addresses that may sign in; none: all
    allowed_groups: tuple[str, ...] = ()  # of which one is needed to sign in; none: all
    link_by_email: bool = False  # whether a verified address gives the account that has it
    groups_claim: str = "groups"  # where the provider says the groups; dots lead into objects
    administrators: tuple[str, ...] = ()  # groups whose people administer this server
    roles: tuple[GroupRole, ...] = ()  # what groups are here


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting, with its default. The name in the environment is `SHORTLIST_` and the name in capitals."""

    host: str = "127.0.0.1"  # address to listen on
    port: int = 5000  # port to listen on; 0 takes a free one
    workers: int = 1  # server processes that share the port; more than one needs PostgreSQL
    listen: bool = True  # hear at once of changes in other processes, by PostgreSQL's LISTEN; false: within a second
    data: Path = Path("shortlist-data")  # folder of the embedded database and the artifacts
    database: str = ""  # sqlite:///FILE or postgresql://USER@HOST/NAME; empty: SQLite in the data folder
    artifacts: str = ""  # file:///FOLDER, s3://BUCKET/PREFIX, gs://…, az://…; empty: a folder in the data folder
    allowed_hosts: tuple[
        str, ...
    ] = ()  # names that a Host header may have, besides loopback names and private addresses
    tls_certificate: str = ""  # a PEM file with the chain, to speak HTTPS without a proxy; needs tls_key
    tls_key: str = ""  # the PEM file of its private key, not encrypted
    external_url: str = ""  # as browsers and clients see the server; empty: from the Host header
    trusted_proxies: tuple[str, ...] = ()  # addresses or networks whose X-Forwarded-For and -Proto are believed
    sign_in_providers: tuple[SignInProvider, ...] = ()  # OpenID Connect; in the environment as JSON; see below
    ci_issuers: tuple[str, ...] = CI_ISSUERS  # whose CI identity tokens projects may trust; replaces the default list
    gitlab_url: str = ""  # of a GitLab that is asked about jobs, pipelines and merge requests; projects may trust it
    gitlab_token: str = ""  # of that GitLab, with the scope read_api; api lets it comment on merge requests
    max_body_bytes: int = 32 * 1024 * 1024  # of a JSON request
    max_bodies_bytes: int = 512 * 1024 * 1024  # of all bodies that a process is receiving; more is answered 503
    max_file_bytes: int = 10 * 1024 * 1024 * 1024  # of one uploaded file
    max_generic_file_bytes: int = 5 * 1024 * 1024 * 1024  # of one file uploaded to a generic package
    small_file_bytes: int = (
        64 * 1024
    )  # a file up to this size is kept in the database; 0: each is an object of its own
    small_files_bytes: int = 2 * 1024 * 1024 * 1024  # of all those together; above it they move to the artifact store
    truncate_long_values: bool = True  # cut an overlong parameter or tag as MLflow's server does; false: refuse it
    direct_transfers: bool = False  # large files go between clients and the object store itself, by signed addresses
    requests_per_second: int = 0  # of one token, account or address, in each process; 0: no limit
    keep_deleted_hours: int = 7 * 24  # how long a deleted file's bytes stay before a sweep frees them; at least 1
    purge_after_days: int = 30  # so many days after their deletion, candidates and experiments go for good; 0: never
    cool_after_days: int = 0  # so many days after their end, candidates' points move to the object store; 0: never
    root_password: str = ""  # of the administrator root at the first start; empty: generated, and shown once
    root_token: str = ""  # a personal access token for root
    metrics_token: str = ""  # who sends it as a bearer token may read /-/metrics; empty: only this machine itself
    trace_endpoint: str = ""  # of an OpenTelemetry collector, such as http://127.0.0.1:4318; empty: no traces
    log_format: str = "auto"  # json, console, or auto: console on a terminal
    access_log: Literal["all", "failures", "none"] = (
        "all"  # a line for each request; failures: answers of 500 and above
    )

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data.resolve() / 'shortlist.db'}"

    @property
    def issuers(self) -> tuple[str, ...]:
        """Whose CI identity tokens projects may trust: those listed, and the connected GitLab."""
        return (*self.ci_issuers, self.gitlab_url.rstrip("/")) if self.gitlab_url else self.ci_issuers

    @property
    def artifacts_url(self) -> str:
        return self.artifacts or (self.data.resolve() / "artifacts").as_uri()


def load(given: Mapping[str, Any], environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """Settings from what was given explicitly (None means not given), then the environment, then a TOML file.

    Raises:
        InvalidValue: an unreadable file, an unknown name in it, or a value of the wrong kind; the message names it.
    """
    values: dict[str, Any] = _read_file(file) if file is not None else {}
    for name in Settings.__struct_fields__:
        text = environment.get(PREFIX + name.upper())
        if text is not None:
            values[name] = _from_text(name, text)
    values.update({name: value for name, value in given.items() if value is not None})
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=_to_path)
    except msgspec.ValidationError as error:
        raise _wrong(str(error)) from None
    _check_numbers(settings)
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        raise InvalidValue("Wrong setting tls_certificate: it and tls_key need each other.", field="tls_certificate")
    _check_networks(settings.trusted_proxies)
    for issuer in settings.ci_issuers:
        check_url(issuer, "ci_issuers")
    if settings.trace_endpoint and not settings.trace_endpoint.startswith(("http://", "https://")):
        raise InvalidValue("Wrong setting trace_endpoint: it begins with http:// or https://.", field="trace_endpoint")
    if settings.gitlab_url:
        check_url(settings.gitlab_url, "gitlab_url")
    _check_providers(settings)
    return settings


def _check_numbers(settings: Settings) -> None:
    if not 0 <= settings.port <= 65535:
        raise InvalidValue(f"Wrong setting: the port must be between 0 and 65535, not {settings.port}", field="port")
    for name, least in (
        ("requests_per_second", 0),
        ("workers", 1),
        ("keep_deleted_hours", 1),
        ("purge_after_days", 0),
        ("cool_after_days", 0),
        ("small_file_bytes", 0),
    ):
        if getattr(settings, name) < least:
            raise InvalidValue(f"Wrong setting {name}: it must be at least {least}.", field=name)


def _from_text(name: str, text: str) -> Any:
    """A value of the environment: a list has commas, a table is JSON."""
    if name in _LISTS:
        return [part.strip() for part in text.split(",")]
    if name not in _TABLES:
        return text
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise InvalidValue(f"Wrong setting {name}: it is not valid JSON: {error}", field=name) from None


def _check_providers(settings: Settings) -> None:
    name = "sign_in_providers"
    providers = settings.sign_in_providers
    # The address that a provider sends people back to must not depend on a header of a request.
    if providers and not settings.external_url:
        raise InvalidValue(f"Wrong setting {name}: it needs external_url.", field=name)
    names = [provider.name for provider in providers]
    if len(set(names)) < len(names) or not all(_PROVIDER_NAME.match(given) for given in names):
        raise InvalidValue(f"Wrong setting {name}: each needs a name of its own, of a-z, 0-9 and -.", field=name)
    for provider in providers:
        check_url(provider.issuer, name)
        if "openid" not in provider.scopes:
            raise InvalidValue(f"Wrong setting {name}: the scopes of {provider.name} lack openid.", field=name)


def _check_networks(networks: tuple[str, ...]) -> None:
    for text in networks:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise InvalidValue(
                f"Wrong setting trusted_proxies: {text[:100]!r} is no address or network, such as 10.0.0.0/8.",
                field="trusted_proxies",
            ) from None


def _to_path(kind: type[Any], value: Any) -> Any:
    """msgspec knows no paths."""
    if kind is Path and isinstance(value, str | Path) and str(value):
        return Path(value)
    raise NotImplementedError if kind is not Path else ValueError("Expected a path")


def _wrong(text: str) -> InvalidValue:
    """msgspec's message with the setting's name in front."""
    if " - at `$." in text:
        what, _, where = text.partition(" - at `$.")
        name = where.rstrip("`").partition("[")[0]
        return InvalidValue(f"Wrong setting {name}: {what[:1].lower()}{what[1:]}.", field=name)
    return InvalidValue(f"Wrong setting: {text.replace('Object contains unknown field', 'there is none named')}.")


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except OSError as error:
        raise InvalidValue(f"Cannot read the settings file {file}: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidValue(f"The settings file {file} is not valid TOML: {error}") from None
