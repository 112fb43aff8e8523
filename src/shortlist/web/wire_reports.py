"""What the browser's JSON API takes and gives of merge requests and pipelines."""

from typing import Literal

import msgspec

from shortlist.web.wire_answer import Value
from shortlist.web.wire_ci import Ci


class ReportQuery(msgspec.Struct):
    """A merge request or pipeline by its number, of one CI project where several have that number. `target` is the
    branch to compare with; empty: the one that the candidates name."""

    number: str
    ci_project: str = ""
    target: str = ""


class ReportRow(msgspec.Struct):
    """`rank` counts in the whole experiment; `unranked` says why there is none. `delta` is how much better it is than
    the target branch's best, negative where it is worse."""

    iid: int
    name: str
    rank: int | None
    unranked: str | None
    value: Value | None
    delta: float | None
    ci: Ci


class ReportExperiment(msgspec.Struct):
    """`goal` says what is good: `highest val/accuracy`. `metric` is empty where nothing has been logged."""

    iid: int
    name: str
    metric: str
    goal: str
    ranked: int
    produced: list[ReportRow]
    target: ReportRow | None


class Report(msgspec.Struct):
    """What a merge request or pipeline produced; `markdown` says the same, ready to be a comment.

    `ci` is what is known of the merge request or pipeline itself, None where no candidate names it; `projects` are
    the CI projects that have this number; `related` the pipelines of a merge request, or the merge requests of a
    pipeline.
    """

    subject: Literal["merge_request", "pipeline"]
    number: str
    ci_project: str
    target: str
    title: str
    ci: Ci | None
    projects: list[str]
    related: list[str]
    experiments: list[ReportExperiment]
    markdown: str


class CommentRequest(msgspec.Struct):
    """A merge request by its number; the rest as for its report."""

    number: str
    ci_project: str = ""
    target: str = ""


class CommentDone(msgspec.Struct):
    """`renewed`: there was a comment of an earlier report, which now holds this one."""

    renewed: bool
