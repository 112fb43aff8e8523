"""`shortlist report`: what a merge request produced, printed as Markdown or posted as its one comment."""

import asyncio
import os
import re
from typing import Annotated, Any
from urllib.parse import quote

import typer

from shortlist.cli.options import refusals

_ADDRESS = re.compile(r"(https?://.+)/api/v4/projects/([^/]+)/ml/mlflow/?")


def report(
    merge_request: Annotated[str, typer.Option("--merge-request", help="Its number.")] = "",
    pipeline: Annotated[str, typer.Option("--pipeline", help="Or a pipeline's number.")] = "",
    ci_project: Annotated[str, typer.Option(help="Where several CI projects have that number.")] = "",
    target: Annotated[str, typer.Option(help="Branch to compare with.")] = "",
    post: Annotated[str, typer.Option(help="github or gitlab: post it, or renew the comment of an earlier run.")] = "",
) -> None:
    """Print what a merge request or pipeline produced, as Markdown. Asks the server of MLFLOW_TRACKING_URI."""
    with refusals():
        from shortlist.errors import InvalidValue

        if bool(merge_request) == bool(pipeline):
            raise InvalidValue("Name a merge request or a pipeline.", field="merge_request")
        if post and (post not in _POSTS or not merge_request):
            raise InvalidValue("A report of a merge request is posted to github or gitlab.", field="post")
        place = f"merge_requests/{merge_request}" if merge_request else f"pipelines/{pipeline}"
        text = asyncio.run(_work(place, {"ci_project": ci_project, "target": target}, post, merge_request))
        typer.echo(text)


async def _work(place: str, query: dict[str, str], post: str, number: str) -> str:
    from shortlist.errors import Unavailable
    from shortlist.outbound import OutboundError

    try:
        text = await _fetch(place, query)
        if post:
            await _POSTS[post](number, text)
    except OutboundError as error:
        raise Unavailable(f"The report could not be fetched or posted: {error.reason}.") from None
    return text


async def _fetch(place: str, query: dict[str, str]) -> str:
    from shortlist import outbound
    from shortlist.errors import InvalidValue

    found = _ADDRESS.fullmatch(os.environ.get("MLFLOW_TRACKING_URI", ""))
    if found is None:
        raise InvalidValue("MLFLOW_TRACKING_URI must be a project's address: https://…/api/v4/projects/…/ml/mlflow.")
    given = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if value)
    url = f"{found[1]}/api/v1/projects/{found[2]}/{place}?{given}"
    token = os.environ.get("MLFLOW_TRACKING_TOKEN", "")
    return str((await outbound.get_json(url, headers={"authorization": f"Bearer {token}"}))["markdown"])


async def _post_github(number: str, text: str) -> None:
    """GitHub's REST API, "Issue comments": a pull request is an issue."""
    base = f"{_needed('GITHUB_API_URL')}/repos/{_needed('GITHUB_REPOSITORY')}/issues"
    headers = {"authorization": f"Bearer {_needed('GITHUB_TOKEN')}", "accept": "application/vnd.github+json"}
    known = await _known(f"{base}/{number}/comments?per_page=100&page=", headers)
    if known is None:
        await _send("POST", f"{base}/{number}/comments", headers, text)
    else:
        await _send("PATCH", f"{base}/comments/{known}", headers, text)


async def _post_gitlab(number: str, text: str) -> None:
    """GitLab's REST API, "Notes": those of a merge request."""
    base = f"{_needed('CI_API_V4_URL')}/projects/{_needed('CI_PROJECT_ID')}/merge_requests/{number}/notes"
    headers = {"private-token": _needed("GITLAB_TOKEN")}
    known = await _known(f"{base}?per_page=100&page=", headers)
    if known is None:
        await _send("POST", base, headers, text)
    else:
        await _send("PUT", f"{base}/{known}", headers, text)


_POSTS = {"github": _post_github, "gitlab": _post_gitlab}
_MAX_PAGES = 10


async def _known(pages: str, headers: dict[str, str]) -> int | None:
    """The comment that an earlier run posted."""
    from shortlist import outbound
    from shortlist.reports.markdown import MARKER

    for page in range(1, _MAX_PAGES + 1):
        listed: list[dict[str, Any]] = await outbound.get_json(
            f"{pages}{page}", headers=headers, limits=outbound.Limits(max_bytes=8 * 1024 * 1024)
        )
        for comment in listed:
            if str(comment.get("body", "")).startswith(MARKER):
                return int(comment["id"])
        if len(listed) < 100:
            return None
    return None


async def _send(method: str, url: str, headers: dict[str, str], text: str) -> None:
    from shortlist import outbound

    await outbound.ask_json(method, url, headers=headers, body={"body": text})


def _needed(variable: str) -> str:
    from shortlist.errors import InvalidValue

    value = os.environ.get(variable, "").rstrip("/")
    if not value:
        raise InvalidValue(f"Set {variable}, as the CI system does.", field=variable)
    return value
