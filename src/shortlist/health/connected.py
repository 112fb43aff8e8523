"""What `doctor` says of the GitLab that the server is connected to."""

from collections.abc import Sequence

from shortlist.clock import now_ms
from shortlist.connected import store
from shortlist.connected.client import GitLab, line
from shortlist.db.database import Database
from shortlist.health.types import Finding, ok, problem, warning
from shortlist.outbound import OutboundError
from shortlist.settings import Settings

_SUBJECT = "gitlab"


async def gitlab(found: Settings, opened: Database) -> Sequence[Finding]:
    """Whether it can be reached and knows our token, and how the look-ups stand."""
    if not found.gitlab_url:
        return [ok(_SUBJECT, "The server is connected to none.")]
    if not found.gitlab_token:
        return [
            warning(_SUBJECT, "SHORTLIST_GITLAB_TOKEN is empty: of jobs that are not public nothing is looked up.")
        ]
    return [await _asked(GitLab(found.gitlab_url, found.gitlab_token)), _looked_up(opened)]


async def _asked(connected: GitLab) -> Finding:
    try:
        said = await connected.version()
    except OutboundError as error:
        if error.status == 401:
            return problem(
                _SUBJECT,
                f"{connected.url} refuses the token of SHORTLIST_GITLAB_TOKEN. It has expired or was revoked; make "
                "one with the scope read_api.",
            )
        if error.unreachable:
            return problem(
                _SUBJECT,
                f"{connected.url} cannot be reached ({error.reason}). Candidates keep what it said before; job tokens "
                "are refused.",
            )
        return problem(
            _SUBJECT,
            f"{connected.url} does not answer as GitLab does ({error.reason}). Check SHORTLIST_GITLAB_URL, and that "
            "the token has the scope read_api.",
        )
    return ok(_SUBJECT, f"{connected.url} (version {line(said.version)}) accepts the token.")


def _looked_up(opened: Database) -> Finding:
    standing = opened.read_now(store.standing)
    if standing.answered_at is None:
        return ok(_SUBJECT, f"No look-up was answered yet; {standing.stored} are wanted.")
    age = max(0, now_ms() - standing.answered_at) // 1000
    text = (
        f"It last answered a look-up {age} seconds ago; {standing.failing} of {standing.stored} have failed of late."
    )
    if standing.failing * 2 > standing.stored:
        return warning(_SUBJECT, f"{text} The log says why; the token must see the CI projects that projects trust.")
    return ok(_SUBJECT, text)
