"""Write docs/reference/ from the code: settings, command line, rights, operations, errors. `--check` only compares."""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import typer.main

from shortlist.access.actions import PROJECT_ACTIONS, SENTENCES, Action
from shortlist.access.policy import Outcome, decide
from shortlist.access.roles import SCOPE_ACTIONS, FeatureAccess, Role, TokenScope, Visibility
from shortlist.access.scope import Actor, ProjectFacts
from shortlist.app import all_endpoints
from shortlist.cli.main import app as cli
from shortlist.errors import Code
from shortlist.http.surface import STATUS
from shortlist.mlflow.surface import SURFACE as MLFLOW
from shortlist.settings import PREFIX, GroupRole, Settings, SignInProvider

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
NOTICE = "<!-- Written by script/reference.py; change the code instead. -->\n\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def settings() -> str:
    """Settings: their names everywhere, their defaults, and the comment beside each field."""
    comments = _comments(Settings)
    rows = [
        (f"`{field.name}`", f"`{PREFIX}{field.name.upper()}`", _default(field.default), comments.get(field.name, ""))
        for field in msgspec.structs.fields(Settings)
    ]
    order = "The command line comes first, then the environment, then the TOML file given with `--config`"
    parts = [
        f"# Settings\n\n{order}, then the default.\n",
        table(("in TOML", "in the environment", "default", "meaning"), rows),
    ]
    for title, kind in (("One of `sign_in_providers`", SignInProvider), ("One of a provider's `roles`", GroupRole)):
        comments = _comments(kind)
        fields = msgspec.structs.fields(kind)
        lines = [(f"`{field.name}`", _default(field.default), comments[field.name]) for field in fields]
        parts += [f"## {title}\n", table(("in TOML and JSON", "default", "meaning"), lines)]
    return "\n".join(parts)


def _comments(kind: type[msgspec.Struct]) -> dict[str, str]:
    return dict(re.findall(r"^    (\w+): .*?  # (.*)$", inspect.getsource(kind), re.MULTILINE))


def _default(value: Any) -> str:
    if value is msgspec.NODEFAULT:
        return "required"
    return "" if value in ("", ()) else f"`{value}`"


def commands() -> str:
    """Every command with its arguments and options."""
    group = typer.main.get_command(cli)
    parts = ["# Command line\n"]
    for path, command in _walk(("shortlist",), group):
        parts.append(f"## {' '.join(path)}\n\n{command.help or ''}\n")
        rows = [_parameter(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            parts.append(table(("parameter", "default", "meaning"), rows))
    return "\n".join(parts)


def _walk(path: tuple[str, ...], command: Any) -> Iterable[tuple[tuple[str, ...], Any]]:
    for name, child in getattr(command, "commands", {}).items():
        yield from _walk((*path, name), child)
    if not hasattr(command, "commands"):
        yield path, command


def _parameter(parameter: Any) -> tuple[str, str, str]:
    name = parameter.name.upper() if parameter.param_type_name == "argument" else ", ".join(parameter.opts)
    default = "" if parameter.default is None or callable(parameter.default) else str(parameter.default)
    if default in ("", "False"):
        default = "required" if parameter.required else ""
    return f"`{name}`", default, getattr(parameter, "help", None) or ""


def rights() -> str:
    """What each role and each token scope may do, as `policy.decide` answers it."""
    roles: list[Role | None] = [None, *Role]
    rows = [
        (f"`{action.value}`", SENTENCES[action], *(_mark(action, role) for role in roles))
        for action in Action
        if action in PROJECT_ACTIONS
    ]
    names = ["visitor", *(role.name.capitalize() for role in Role)]
    scopes = [
        (f"`{action.value}`", *("yes" if action in SCOPE_ACTIONS[scope] else "" for scope in TokenScope))
        for action in Action
    ]
    return (
        "# Rights\n\nWhat may be done inside a project, by role. A *visitor* is somebody signed in who is no member "
        "of a public project. Administrators may do everything.\n\n"
        + table(("action", "what it allows", *names), rows)
        + "\nWhat a token may be used for, whatever its user may do, by scope.\n\n"
        + table(("action", *(f"`{scope.value}`" for scope in TokenScope)), scopes)
    )


def _mark(action: Action, role: Role | None) -> str:
    actor = Actor(user_id=2, username="somebody", name="Somebody")
    project = ProjectFacts(
        id=1,
        full_path="group/project",
        name="project",
        visibility=Visibility.PUBLIC,
        model_experiments_access=FeatureAccess.PUBLIC,
        least_writing_role=Role.REPORTER,
        archived=False,
        role=role,
    )
    return "yes" if decide(actor, action, project).outcome is Outcome.ALLOWED else ""


def operations() -> str:
    """Every operation of the two JSON surfaces that share this table, and of the pages."""
    introduction = (
        "# Operations\n\nThe full description, with every field, is the OpenAPI document of a running server, at "
        "`/-/openapi.json`. MLflow's operations also answer below `/api/v4/projects/<id>/ml/mlflow` and under "
        "`/ajax-api`.\n"
    )
    parts = [introduction]
    for title, name in (("MLflow", "mlflow"), ("Our JSON API", "web"), ("Pages", "pages")):
        rows = sorted(
            (f"`{endpoint.path}`", endpoint.method, f"`{endpoint.action.value}`", endpoint.summary)
            for surface, endpoint in all_endpoints()
            if surface.name == name and not endpoint.path.startswith("/ajax-api")
        )
        parts.append(f"## {title}\n\n" + table(("path", "method", "action", "what it does"), rows))
    return "\n".join(parts)


def errors() -> str:
    """Codes of errors and their statuses."""
    rows = [
        (f"`{code.value}`", str(STATUS[code]), str(MLFLOW.statuses.get(code, STATUS[code])))
        for code in Code
        if code in STATUS
    ]
    return (
        '# Errors\n\nA refusal is `{"error_code", "message"}`, with `field` where one input is at fault, and '
        "`position` where a character of a filter is. MLflow's statuses differ where its clients need them to.\n\n"
        + table(("error_code", "status", "on MLflow's surface"), rows)
    )


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings,
    "command-line.md": commands,
    "rights.md": rights,
    "operations.md": operations,
    "errors.md": errors,
}


def pages() -> dict[Path, str]:
    """Every page with its text."""
    return {FOLDER / name: NOTICE + make() for name, make in PAGES.items()}


def main() -> int:
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        print(*(f"stale: {path.name}" for path in stale), sep="\n")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in stale:
        path.write_text(pages()[path])
    return 0


if __name__ == "__main__":
    sys.exit(main())
