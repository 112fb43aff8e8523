"""A report as Markdown, for a comment on the merge request. Pure."""

import re
from urllib.parse import quote

from shortlist.ranking.sentence import describe, number
from shortlist.reports.types import ExperimentReport, Produced, Report

# By which a later run finds its comment again; readers do not see it.
MARKER = "<!-- shortlist report -->"
_MOST_ROWS = 20
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&@-])")
_NOUNS = {"merge_request": "merge request", "pipeline": "pipeline"}


def text(report: Report, project_url: str) -> str:
    """The whole comment. `project_url` is the project's address, without a slash at the end."""
    noun = f"{_NOUNS[report.query.subject]} {_plain(report.query.number)}"
    if not report.experiments:
        return f"{MARKER}\n**Shortlist**: no candidates of {noun} yet.\n"
    parts = [MARKER, f"## Candidates of {noun}{f': {_plain(report.title)}' if report.title else ''}"]
    for item in report.experiments:
        parts += ["", *_experiment(report, item, project_url)]
    return "\n".join(parts) + "\n"


def _experiment(report: Report, item: ExperimentReport, project_url: str) -> list[str]:
    lines = [f"### [{_plain(item.name)}]({project_url}/-/ml/experiments/{item.iid})", "", _summary(report, item)]
    value = "value" if item.goal is None else _plain(item.goal.metric)
    delta = f" against {_plain(report.target)}" if item.target is not None else ""
    lines += ["", f"| candidate | rank | {value} |{delta or ' delta'} | job |", "|---|---:|---:|---:|---|"]
    lines += [_row(row, project_url) for row in item.produced[:_MOST_ROWS]]
    if item.target is not None:
        lines.append(_row(item.target, project_url, f" (best of {_plain(report.target)})"))
    if len(item.produced) > _MOST_ROWS:
        lines += ["", f"and {len(item.produced) - _MOST_ROWS} more."]
    return lines


def _summary(report: Report, item: ExperimentReport) -> str:
    if item.goal is None:
        return "No metric has been logged yet."
    best = item.produced[0]
    if best.rank is None or best.score.value is None:
        return f"No candidate has finished with a value of {_plain(item.goal.metric)} yet."
    words = f"**{_plain(best.name)}** has the {_plain(describe(item.goal))}: **{number(best.score.value)}**"
    words += f", rank {best.rank} of {item.ranked} in the experiment"
    if item.target is None:
        return f"{words}. " + (f"Nothing of {_plain(report.target)} to compare with." if report.target else "")
    return f"{words}; {_against(best.delta)} the best of {_plain(report.target)}."


def _against(delta: float | None) -> str:
    if not delta:
        return "level with"
    return f"**{number(delta)} better** than" if delta > 0 else f"{number(-delta)} worse than"


def _row(row: Produced, project_url: str, note: str = "") -> str:
    link = f"[{_plain(row.name)}]({project_url}/-/ml/candidates/{row.score.iid}){note}"
    value = "" if row.score.value is None else number(row.score.value)
    place = str(row.rank) if row.rank is not None else _plain(str(row.score.unranked or ""))
    delta = "" if row.delta is None else f"{'+' if row.delta > 0 else ''}{number(row.delta)}"
    facts = row.origin.facts
    job = facts.job or facts.pipeline
    address = _address(facts.job_url or facts.pipeline_url)
    shown = f"[{_plain(job)}]({address})" if address else _plain(job)
    trusted = "verified" if "job" in row.origin.proven or "pipeline" in row.origin.proven else "reported"
    return f"| {link} | {place} | {value} | {delta} | {shown}, {trusted} |"


def _address(url: str) -> str:
    """An address whose characters cannot end the link or the row that it stands in."""
    return quote(url, safe=":/?#=&%-._~+,;@")


def _plain(text: str) -> str:
    """A name as text in a comment: it mentions nobody, links to nothing, and breaks no table."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
