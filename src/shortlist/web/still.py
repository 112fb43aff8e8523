"""What a page says before its program runs, and all that it says where scripts are blocked: the answer and the first
rows as plain HTML. Pure; every text of a tenant goes through `html.escape`.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from shortlist.ranking.rules import is_of_machine
from shortlist.ranking.sentence import number
from shortlist.web import wire, wire_answer, wire_compare, wire_models, wire_reports
from shortlist.web.page_data import PageData

_MOST_ROWS = 25
_MOST_METRICS = 4  # beside that of the goal
_MOST_PARAMS = 6
_MOST_PAIRS = 200
_MOST_TEXT = 200
_NONE = "-"


def body(data: PageData, title: str, sentence: str) -> str:
    """The page as HTML: its name, its answer where it has one, and its first rows."""
    heading, *_ = title.rsplit(" · Shortlist", 1)
    said = f'<p class="panel still-answer">{_text(sentence)}</p>' if sentence else ""
    return f'{_bar(data)}<main class="page still"><h1>{_text(heading)}</h1>{said}{_content(data)}</main>'


def _bar(data: PageData) -> str:
    links = [_link("/", "Shortlist")]
    if data.project is not None:
        path = data.project.full_path
        links += [_link(_page(path, "experiments"), path), _link(_page(path, "models"), "Models")]
    return f'<header class="still-bar"><nav aria-label="Pages">{" ".join(links)}</nav></header>'


def _content(data: PageData) -> str:
    if data.project is None:
        return ""
    path = data.project.full_path
    match data:
        case PageData(candidates=wire.CandidatePage() as page):
            return _candidates(path, page, data.answer, data.columns)
        case PageData(candidate=wire.Candidate() as candidate):
            return _candidate(path, candidate)
        case PageData(comparison=wire_compare.Comparison() as comparison):
            return _comparison(path, comparison)
        case PageData(model=wire_models.ModelPage() as page):
            return _model(path, page)
        case PageData(version=wire_models.Version() as version):
            return _version(path, version)
        case PageData(report=wire_reports.Report() as report):
            return _report(path, report)
        case PageData(experiments=wire.ExperimentList() as listed):
            return _experiments(path, listed)
        case PageData(models=wire_models.ModelList() as listed):
            return _models(path, listed)
        case _:
            return ""


def _candidates(
    path: str, page: wire.CandidatePage, answer: wire_answer.Answer | None, known: wire.ColumnList | None
) -> str:
    """The best first, with the values that differ: the goal's metric, some others at the same step, parameters."""
    rows = page.candidates[:_MOST_ROWS]
    goal = None if answer is None or answer.goal is None else answer.goal.metric
    columns = [] if known is None else known.columns
    measured = [column.key for column in columns if column.kind == "metric" and column.key != goal]
    # What the machine did stands last, where there is room.
    metrics = sorted(measured, key=is_of_machine)[:_MOST_METRICS]
    differing = [column for column in columns if column.kind == "param" and column.distinct > 1]
    differing.sort(key=lambda column: (-column.influence, -column.candidates))
    params = [column.key for column in differing[:_MOST_PARAMS]]
    head = ["#", "Candidate", *([goal] if goal else []), *metrics, *params, "Status"]
    lines: list[list[str]] = []
    for row in rows:
        standing = row.standing
        at_step = row.metrics if standing is None else {**row.metrics, **standing.at_step}
        own = [_value(row.metrics.get(goal) if standing is None else standing.value)] if goal else []
        rank = _NONE if standing is None or standing.rank is None else f"{standing.rank:,}"
        on_front = (
            ' <span class="muted">on the Pareto front</span>' if standing is not None and standing.pareto else ""
        )
        lines.append(
            [
                rank,
                _link(_page(path, "candidates", row.iid), row.name) + on_front,
                *own,
                *(_value(at_step.get(key)) for key in metrics),
                *(_text(row.params.get(key, _NONE)) for key in params),
                _text(row.status),
            ]
        )
    return _table("Candidates", head, lines) + _counted(len(rows), page.total, "candidates")


def _candidate(path: str, candidate: wire.Candidate) -> str:
    facts = [f"Status: {_text(candidate.status)}", f"started {_time(candidate.start_time)}"]
    if candidate.experiment is not None:
        experiment = candidate.experiment
        facts.append(f"in {_link(_page(path, 'experiments', experiment.iid), experiment.name)}")
    return f"<p>{', '.join(facts)}.</p>" + _metrics(_goal_first(candidate)) + _pairs("Parameters", candidate.params)


def _goal_first(candidate: wire.Candidate) -> list[wire.Series]:
    goal = None if candidate.place is None else candidate.place.metric
    return sorted(candidate.metrics, key=lambda item: item.key != goal)


def _metrics(series: Sequence[wire.Series]) -> str:
    rows = [
        [_text(item.key), *map(_value, (item.last, item.minimum, item.maximum)), f"{item.last_step:,}"]
        for item in series[:_MOST_PAIRS]
    ]
    return _table("Metrics", ["Metric", "Last", "Lowest", "Highest", "Step"], rows) + _counted(
        len(rows), len(series), "metrics"
    )


def _comparison(path: str, comparison: wire_compare.Comparison) -> str:
    names = [_link(_page(path, "candidates", item.iid), item.name) for item in comparison.candidates]
    metrics = [
        [_text(row.key), *(_value(cell.value) for cell in row.cells)] for row in comparison.metrics[:_MOST_PAIRS]
    ]
    params = [
        [_text(row.key), *(_text(_NONE if value is None else value) for value in row.values)]
        for row in comparison.params
        if not row.same
    ][:_MOST_PAIRS]
    return _table("Metrics", ["Metric"], metrics, names) + _table(
        "Parameters that differ", ["Parameter"], params, names
    )


def _model(path: str, page: wire_models.ModelPage) -> str:
    rows = [
        [
            _link(_page(path, "models", page.model.iid, "versions", version.number), version.version),
            _text(", ".join(version.aliases) or _NONE),
            _time(version.created_at),
        ]
        for version in page.versions[:_MOST_ROWS]
    ]
    about = f"<p>{_text(page.model.description)}</p>" if page.model.description else ""
    return (
        about
        + _table("Versions", ["Version", "Aliases", "Created"], rows)
        + _counted(len(rows), page.model.versions, "versions")
    )


def _version(path: str, version: wire_models.Version) -> str:
    about = f"<p>{_text(version.description)}</p>" if version.description else ""
    back = f"<p>{_link(_page(path, 'models', version.model), version.name)}</p>"
    if version.candidate is not None:
        made = version.candidate
        back += f"<p>Made from {_link(_page(path, 'candidates', made.iid), made.name)}</p>"
        back += _metrics(made.metrics) + _pairs("Parameters", made.params)
    return about + back + _pairs("Metadata", version.metadata)


def _report(path: str, report: wire_reports.Report) -> str:
    return "".join(
        _table(
            f"{item.name}: {item.goal}" if item.goal else item.name,
            ["Rank", "Candidate", item.metric or "Value"],
            [
                [
                    _NONE if row.rank is None else f"{row.rank:,}",
                    _link(_page(path, "candidates", row.iid), row.name),
                    _value(row.value),
                ]
                for row in item.produced[:_MOST_ROWS]
            ],
        )
        + _counted(min(len(item.produced), _MOST_ROWS), len(item.produced), "candidates")
        for item in report.experiments
    )


def _experiments(path: str, listed: wire.ExperimentList) -> str:
    rows = [
        [
            _link(_page(path, "experiments", item.iid), item.name),
            f"{item.candidates:,}",
            _time(item.last_activity_at),
        ]
        for item in listed.experiments
    ]
    return _table("Experiments", ["Experiment", "Candidates", "Last activity"], rows)


def _models(path: str, listed: wire_models.ModelList) -> str:
    rows = [
        [_link(_page(path, "models", item.iid), item.name), f"{item.versions:,}", _time(item.updated_at)]
        for item in listed.models
    ]
    return _table("Models", ["Model", "Versions", "Changed"], rows)


def _pairs(title: str, pairs: Sequence[wire.KeyValue]) -> str:
    rows = [[_text(pair.key), _text(pair.value)] for pair in pairs[:_MOST_PAIRS]]
    return _table(title, ["Key", "Value"], rows) + _counted(len(rows), len(pairs), title.lower())


def _table(title: str, head: Iterable[str], rows: Sequence[Sequence[str]], linked: Iterable[str] = ()) -> str:
    """A table of cells that are HTML already, save its `head`; nothing without rows. `linked` are more of the head."""
    if not rows:
        return ""
    names = "".join(f'<th scope="col">{cell}</th>' for cell in (*map(_text, head), *linked))
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<section><h2>{_text(title)}</h2><div class="still-rows" tabindex="0" role="region" '
        f'aria-label="{_text(title)}"><table class="listing">'
        f"<thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table></div></section>"
    )


def _counted(shown: int, total: int, what: str) -> str:
    return f'<p class="muted">The first {shown:,} of {total:,} {what}.</p>' if shown < total else ""


def _page(project: str, *parts: str | int) -> str:
    return f"/{quote(project)}/-/ml/{'/'.join(str(part) for part in parts)}"


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{_text(text)}</a>'


def _value(value: float | str | None) -> str:
    if value is None:
        return _NONE
    return _text(value if isinstance(value, str) else number(value))


def _text(text: str) -> str:
    return escape(text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}…")


def _time(milliseconds: int) -> str:
    """As minutes, UTC; nothing for a time that no calendar has."""
    try:
        when = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return _NONE
    return f'<time datetime="{when:%Y-%m-%dT%H:%MZ}">{when:%Y-%m-%d %H:%M} UTC</time>'
