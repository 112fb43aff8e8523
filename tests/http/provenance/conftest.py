"""The application with two issuers of CI tokens in memory, and rules of olga's project that trust a job of each."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shortlist.app import Application, build
from shortlist.http import resolver
from shortlist.settings import Settings
from tests.cast import Cast
from tests.ci import AUDIENCE, GITHUB, GITLAB, Issuer
from tests.http.client import Client

AsMember = Callable[[str], Client]


@pytest.fixture
def application(database_url: str, tmp_path: Path) -> Iterator[Application]:
    settings = Settings(
        data=tmp_path,
        database=database_url,
        artifacts=(tmp_path / "artifacts").as_uri(),
        root_password="correct horse battery",
        external_url=AUDIENCE,
        log_format="json",
    )
    built = build(settings)
    yield built
    built.close()


@pytest.fixture
def issuers(application: Application) -> dict[str, Issuer]:
    made = {"gitlab": Issuer(GITLAB), "github": Issuer(GITHUB, "second")}

    async def get_json(url: str) -> Any:
        issuer = next(item for item in made.values() if url.startswith(item.url))
        return await issuer.get_json(url)

    application.services.verifier.issuers._get_json = get_json
    return made


@pytest.fixture
def gitlab(issuers: dict[str, Issuer]) -> Issuer:
    return issuers["gitlab"]


@pytest.fixture
def github(issuers: dict[str, Issuer]) -> Issuer:
    return issuers["github"]


@pytest.fixture
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who a token is for is asked again for each request."""
    monkeypatch.setattr(resolver, "_TTL_SECONDS", -1.0)


@pytest.fixture
def trust(as_member: AsMember, cast: Cast) -> Callable[..., Any]:
    """A rule that the maintainer writes; the answer as it is."""

    def post(**fields: Any) -> Any:
        body = {"issuer": GITLAB, "ci_project": "vision-team/classifier", "ref": "main", **fields}
        return as_member("mara").post(f"/api/v1/projects/{cast.project_id}/trusted_publishers", body)

    return post


@pytest.fixture
def as_job(application: Application, cast: Cast, runner: Any) -> Callable[..., Client]:
    """A client that presents an identity token, to olga's project unless another is named."""

    def client(token: str, project: str | None = None) -> Client:
        return Client(application.asgi, runner, token, project or cast.project)

    return client
