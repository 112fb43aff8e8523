"""`shortlist project publisher`: CI projects whose jobs may write without a secret."""

from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli.options import Config, Data, DatabaseUrl, open_database, settings_of
from shortlist.settings import CI_ISSUERS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from shortlist.access.scope import ProjectFacts
    from shortlist.provenance.types import Publisher

app = typer.Typer(help="CI projects whose jobs may write to a project without a stored secret.", no_args_is_help=True)

FullPath = Annotated[str, typer.Argument(help="NAMESPACE/PATH")]


@app.command("add")
def add(
    full_path: FullPath,
    ci_project: Annotated[str, typer.Argument(help="group/project at GitLab, owner/repository at GitHub, ...")],
    issuer: Annotated[str, typer.Option(help="Who issues the tokens.")] = CI_ISSUERS[0],
    ref: Annotated[str, typer.Option(help="Branch, or refs/tags/v*; * stands for any characters.")] = "",
    environment: Annotated[str, typer.Option(help="Deployment environment; * stands for any characters.")] = "",
    role: Annotated[str, typer.Option(help="reporter, developer or maintainer.")] = "reporter",
    system: Annotated[
        str, typer.Option(help="gitlab, github, buildkite, circleci or generic; told from the issuer if it can be.")
    ] = "",
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Trust the jobs of a CI project."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.provenance import publishers, rules
        from shortlist.provenance.issuers import Issuers
        from shortlist.provenance.types import NewPublisher

        settings = settings_of(config, data=data, database=database)
        Issuers(settings.ci_issuers).check(issuer)
        new = NewPublisher(
            system=system or rules.default_system(issuer) or "gitlab",
            issuer=issuer,
            ci_project=ci_project,
            ref=ref,
            environment=environment,
            role=publishers.parse_role(role),
        )
        made = opened.write_now(
            lambda connection: publishers.create(connection, SERVER, _place(connection, full_path), new)
        )
        typer.echo(f"Jobs of {made.ci_project} may write to {full_path} as {role}; the rule has id {made.id}.")
        if not settings.external_url:
            typer.echo("Set SHORTLIST_EXTERNAL_URL: tokens must be for the server's own address.", err=True)


@app.command("list")
def list_publishers(
    full_path: FullPath, data: Data = None, database: DatabaseUrl = None, config: Config = None
) -> None:
    """List the CI projects that a project trusts."""
    with open_database(data, database, config) as opened:
        from shortlist.cli import tables
        from shortlist.provenance import publishers

        def work(connection: "Connection") -> "list[Publisher]":
            return publishers.listed(connection, _place(connection, full_path))

        tables.show_publishers(opened.read_now(work))


@app.command("remove")
def remove(
    full_path: FullPath,
    publisher_id: int,
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Trust a CI project no longer; what its jobs have made stays."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.provenance import publishers

        opened.write_now(
            lambda connection: publishers.delete(connection, SERVER, _place(connection, full_path), publisher_id)
        )
        typer.echo(f"Removed trusted publisher {publisher_id} of {full_path}.")


def _place(connection: "Connection", full_path: str) -> "ProjectFacts":
    from shortlist.access.scope import SERVER
    from shortlist.projects import service

    return service.facts(service.get(connection, SERVER.actor, full_path))
