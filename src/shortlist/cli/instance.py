"""`shortlist settings`: what holds for the whole instance and may change while it runs."""

from typing import TYPE_CHECKING, Annotated

import typer

from shortlist.cli.options import Config, Data, DatabaseUrl, open_database

if TYPE_CHECKING:
    from shortlist.instance.types import SettingsChange

app = typer.Typer(help="Settings of the whole instance, stored in its database.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The setting, as `shortlist settings list` names it.")]


@app.command("list")
def list_settings(data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """List the settings with what holds."""
    with open_database(data, database, config) as opened:
        from shortlist.cli import tables
        from shortlist.instance import service

        tables.show_settings(opened.read_now(service.current))


@app.command("set")
def set_setting(
    name: Name,
    value: Annotated[str, typer.Argument(help="yes or no, a visibility, a role, a size such as 500M, or a list a,b.")],
    data: Data = None,
    database: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Store a setting. A running server sees it within seconds."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.instance import service

        new = _parsed(name, value)
        opened.write_now(lambda connection: service.change(connection, SERVER, new))
        typer.echo(f"{name} is {value}.")


@app.command("unset")
def unset(name: Name, data: Data = None, database: DatabaseUrl = None, config: Config = None) -> None:
    """Take away what was stored: the default holds again."""
    with open_database(data, database, config) as opened:
        from shortlist.access.scope import SERVER
        from shortlist.instance import service
        from shortlist.instance.types import SettingsChange

        new = SettingsChange(**{_known(name): None})
        opened.write_now(lambda connection: service.change(connection, SERVER, new))
        typer.echo(f"{name} has its default again.")


def _known(name: str) -> str:
    from shortlist.errors import InvalidValue
    from shortlist.instance.types import NAMES

    if name not in NAMES:
        raise InvalidValue(f"There is no setting {name!r}; there are {', '.join(NAMES)}.", field="name")
    return name


def _parsed(name: str, value: str) -> "SettingsChange":
    import msgspec

    from shortlist.access.roles import Role
    from shortlist.errors import InvalidValue
    from shortlist.instance.types import SettingsChange
    from shortlist.packages.quotas import parse_size

    given: object = value
    if name == "restricted_visibilities":
        given = [word.strip() for word in value.split(",") if word.strip()]
    elif name == "default_least_writing_role":
        given = int(Role.__members__.get(value.upper(), 0))
    elif name == "sign_up":
        given = {"yes": True, "no": False}.get(value.lower(), value)
    elif not name.endswith("_visibility"):
        given = parse_size(value)
    try:
        return msgspec.convert({_known(name): given}, SettingsChange)
    except msgspec.ValidationError:
        raise InvalidValue(f"{value[:100]!r} is no value of {name}.", field=name) from None
