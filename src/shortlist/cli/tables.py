"""Lists on the terminal."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec
from rich.console import Console
from rich.table import Table

from shortlist.identity.types import Token, User
from shortlist.instance.types import InstanceSettings
from shortlist.projects.types import Project
from shortlist.provenance.types import Publisher


@contextmanager
def working(what: str) -> Generator[None]:
    """Show that something goes on, on a terminal and nowhere else."""
    with Console(stderr=True).status(f"{what} …"):
        yield


def show_users(users: Iterable[User]) -> None:
    _show(
        ("id", "username", "name", "state", "administrator"),
        ((str(item.id), item.username, item.name, item.state, _yes(item.administrator)) for item in users),
    )


def show_tokens(tokens: Iterable[Token]) -> None:
    _show(
        ("id", "name", "scopes", "created", "expires", "last used", "revoked"),
        (
            (
                str(item.id),
                item.name,
                " ".join(sorted(item.scopes)),
                _day(item.created_at),
                _day(item.expires_at),
                _day(item.last_used_at),
                _day(item.revoked_at),
            )
            for item in tokens
        ),
    )


def show_projects(projects: Iterable[Project]) -> None:
    _show(
        ("id", "path", "visibility", "model experiments"),
        ((str(item.id), item.full_path, item.visibility, item.model_experiments_access) for item in projects),
    )


def show_publishers(publishers: Iterable[Publisher]) -> None:
    _show(
        ("id", "issuer", "CI project", "ref", "environment", "role", "last used"),
        (
            (
                str(item.id),
                item.issuer,
                item.ci_project,
                item.ref,
                item.environment,
                item.role.name.lower(),
                _day(item.last_used_at),
            )
            for item in publishers
        ),
    )


def show_settings(settings: InstanceSettings) -> None:
    values: dict[str, object] = msgspec.to_builtins(settings)
    values["default_least_writing_role"] = settings.default_least_writing_role.name.lower()
    values["restricted_visibilities"] = ", ".join(settings.restricted_visibilities) or "none"
    shown = {name: "as the environment says" if value is None else value for name, value in values.items()}
    if settings.project_size_limit is None:
        shown["project_size_limit"] = "none"
    _show(("setting", "value"), ((name, str(shown[name])) for name in shown))


def _show(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    table = Table(*headings, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _yes(value: bool) -> str:
    return "yes" if value else ""


def _day(milliseconds: int | None) -> str:
    return "" if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
