"""`shortlist report`: what a merge request produced, printed as Markdown or posted as its one comment."""

import asyncio
import os
import re
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from shortlist.cli.options import refusals

if TYPE_CHECKING:
    from shortlist.connected.client import Note

_ADDRESS = re.compile(r"(https?://.+)/api/v4/projects/([^/]+)/ml/mlflow/?")
_GITLAB_API = "/api/v4"
_MAX_COMMENTS = 8 * 1024 * 1024  # bytes of a page of them
# Where a report can be posted, and the variables of a CI job without which it cannot.
_POSTS = {
    "gitlab": ("CI_API_V4_URL", "CI_PROJECT_ID", "GITLAB_TOKEN"),
    "github": ("GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN"),
    "server": (),
}


def report(
    merge_request: Annotated[str, typer.Option("--merge-request", help="Its number.")] = "",
    pipeline: Annotated[str, typer.Option("--pipeline", help="Or a pipeline's number.")] = "",
    ci_project: Annotated[str, typer.Option(help="Where several CI projects have that number.")] = "",
    target: Annotated[str, typer.Option(help="Branch to compare with.")] = "",
    post: Annotated[
        str,
        typer.Option(
            help="gitlab or github: post it with the job's token, or renew the comment of an earlier run. server: let "
            "the server do it at the GitLab that it is connected to. auto: whichever there is a token for, else none."
        ),
    ] = "",
) -> None:
    """Print what a merge request or pipeline produced, as Markdown. Asks the server of MLFLOW_TRACKING_URI."""
    with refusals():
        from shortlist.errors import InvalidValue

        if bool(merge_request) == bool(pipeline):
            raise InvalidValue("Name a merge request or a pipeline.", field="merge_request")
        if post and (post not in (*_POSTS, "auto") or not merge_request):
            raise InvalidValue(
                "A report of a merge request is posted to gitlab, github, server or auto.", field="post"
            )
        place = f"merge_requests/{merge_request}" if merge_request else f"pipelines/{pipeline}"
        query = {"ci_project": ci_project, "target": target}
        asyncio.run(_work(place, query, post, merge_request))


async def _work(place: str, query: dict[str, str], post: str, number: str) -> None:
    from shortlist.errors import Unavailable
    from shortlist.outbound import OutboundError

    try:
        text = await _fetch(place, query)
        typer.echo(text)
        if post:
            said = await _post(_chosen(post), place, query, number, text)
            typer.echo(f"shortlist: {said}", err=True)
    except OutboundError as error:
        raise Unavailable(f"The report could not be fetched or posted: {error.reason}.") from None


def _chosen(post: str) -> str:
    if post != "auto":
        return post
    own = (name for name, needed in _POSTS.items() if needed and all(os.environ.get(each) for each in needed))
    return next(own, "auto")


async def _post(post: str, place: str, query: dict[str, str], number: str, text: str) -> str:
    """What was done, in a few words."""
    if post == "gitlab":
        renewed = await _post_gitlab(number, text)
    elif post == "github":
        renewed = await _post_github(number, text)
    else:
        from shortlist.outbound import OutboundError

        try:
            renewed = await _post_through_server(place, query)
        except OutboundError as error:
            # Without a token anywhere, printing is all that was asked for.
            if post != "auto" or error.status != 404:
                raise
            return "printed only: there is no token of a forge, and the server is connected to none"
    return "renewed the comment of an earlier run" if renewed else "wrote the comment"


async def _fetch(place: str, query: dict[str, str]) -> str:
    from shortlist import outbound

    given = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if value)
    found = await outbound.get_json(f"{_project()}/{place}?{given}", headers=_credentials())
    return str(found["markdown"])


async def _post_through_server(place: str, query: dict[str, str]) -> bool:
    from shortlist import outbound

    limits = outbound.Limits(seconds=60)
    address = f"{_project()}/{place}/comment"
    found = await outbound.ask_json("POST", address, headers=_credentials(), body=query, limits=limits)
    return bool(found["renewed"])


def _project() -> str:
    from shortlist.errors import InvalidValue

    found = _ADDRESS.fullmatch(os.environ.get("MLFLOW_TRACKING_URI", ""))
    if found is None:
        raise InvalidValue("MLFLOW_TRACKING_URI must be a project's address: https://…/api/v4/projects/…/ml/mlflow.")
    return f"{found[1]}/api/v1/projects/{found[2]}"


def _credentials() -> dict[str, str]:
    return {"authorization": f"Bearer {os.environ.get('MLFLOW_TRACKING_TOKEN', '')}"}


async def _post_gitlab(number: str, text: str) -> bool:
    from shortlist.connected.client import GitLab
    from shortlist.reports.comments import put_at_gitlab

    gitlab = GitLab(_needed("CI_API_V4_URL").removesuffix(_GITLAB_API), _needed("GITLAB_TOKEN"))
    return await put_at_gitlab(gitlab, _needed("CI_PROJECT_ID"), number, text)


async def _post_github(number: str, text: str) -> bool:
    """GitHub's REST API, "Issue comments": a pull request is an issue."""
    import msgspec

    from shortlist import outbound
    from shortlist.connected.client import Note
    from shortlist.reports.comments import put

    base = f"{_needed('GITHUB_API_URL')}/repos/{_needed('GITHUB_REPOSITORY')}/issues"
    headers = {"authorization": f"Bearer {_needed('GITHUB_TOKEN')}", "accept": "application/vnd.github+json"}

    async def listed(page: int) -> "list[Note]":
        found = await outbound.get_json(
            f"{base}/{quote(number, safe='')}/comments?per_page=100&page={page}",
            headers=headers,
            limits=outbound.Limits(max_bytes=_MAX_COMMENTS),
        )
        return msgspec.convert(found, list[Note])

    async def write(comment: int | None) -> None:
        where = f"{quote(number, safe='')}/comments" if comment is None else f"comments/{comment}"
        method = "POST" if comment is None else "PATCH"
        await outbound.ask_json(method, f"{base}/{where}", headers=headers, body={"body": text})

    return await put(listed, write)


def _needed(variable: str) -> str:
    from shortlist.errors import InvalidValue

    value = os.environ.get(variable, "").rstrip("/")
    if not value:
        raise InvalidValue(f"Set {variable}, as the CI system does.", field=variable)
    return value
