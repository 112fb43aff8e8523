"""Records of reports."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from shortlist.provenance.types import Origin
from shortlist.ranking.types import Goal, Score

Subject = Literal["merge_request", "pipeline"]


class ReportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is reported: a merge request or a pipeline by its number, of one CI project if that is named.

    `target` is the branch to compare with; empty: the one that the candidates name.
    """

    subject: Subject
    number: str
    ci_project: str = ""
    target: str = ""


class Produced(msgspec.Struct, frozen=True):
    """A candidate of the report. `rank` counts in its whole experiment; `delta` is how much better it is than the
    target branch's best, negative where it is worse."""

    name: str
    score: Score
    rank: int | None
    delta: float | None
    origin: Origin


class ExperimentReport(msgspec.Struct, frozen=True, kw_only=True):
    """One experiment: what was produced in it, the best first, and the best of the target branch."""

    iid: int
    name: str
    goal: Goal | None
    produced: Sequence[Produced]
    target: Produced | None
    ranked: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`newest` is where its newest candidate came from, None where there is none. `projects` are the CI projects that
    have this number; `related` the pipelines of a merge request, or the merge requests of a pipeline, newest first."""

    query: ReportQuery
    newest: Origin | None
    projects: Sequence[str]
    related: Sequence[str]
    target: str
    title: str
    experiments: Sequence[ExperimentReport]
