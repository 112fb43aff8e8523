"""What a page says in one sentence, for previews of links to it and for readers who run no scripts. Pure."""

from shortlist.ranking.rules import is_of_machine, most_telling
from shortlist.ranking.sentence import number
from shortlist.web import wire, wire_answer, wire_compare, wire_models, wire_reports
from shortlist.web.page_data import PageData

_MOST_METRICS = 3


def sentence(data: PageData) -> str:
    """The answer of an experiment, the verdict of a comparison, the place of a candidate, the newest version of a
    model, the best of a merge request or pipeline, the newest of a list; empty for other pages."""
    match data:
        case PageData(answer=wire_answer.Answer() as answer):
            return answer.sentence
        case PageData(comparison=wire_compare.Comparison() as comparison):
            return comparison.verdict
        case PageData(candidate=wire.Candidate() as candidate):
            return _of_candidate(candidate)
        case PageData(model=wire_models.ModelPage() as page):
            return _of_model(page.model)
        case PageData(version=wire_models.Version() as version):
            aliases = f", {', '.join(version.aliases)}" if version.aliases else ""
            return f"Version {version.version} of {version.name}{aliases}{_made_from(version.candidate)}."
        case PageData(report=wire_reports.Report() as report):
            return _of_report(report)
        case PageData(experiments=wire.ExperimentList(experiments=[_, *_] as experiments)):
            newest = max(experiments, key=lambda item: item.last_activity_at)
            return f"The experiment that was last active: {newest.name}, {_counted(newest.candidates, 'candidate')}."
        case PageData(models=wire_models.ModelList(models=[newest, *_])):
            return f"The model that changed last: {_of_model(newest)}"
        case _:
            return ""


def _of_candidate(candidate: wire.Candidate) -> str:
    place = candidate.place
    words = f"{candidate.name}: {candidate.status}"
    if place is not None and place.rank is not None:
        words = f"{candidate.name} is number {place.rank:,} of {place.of:,} by {place.by}"
    values = [
        f"{item.key} {_value(item.last)}"
        for item in sorted(candidate.metrics, key=lambda item: _weight(candidate, item.key))[:_MOST_METRICS]
    ]
    return f"{words}. Last values: {', '.join(values)}." if values else f"{words}."


def _weight(candidate: wire.Candidate, key: str) -> int:
    """What it is ranked by first, what the machine did last."""
    if candidate.place is not None and candidate.place.metric == key:
        return 0
    return 2 if is_of_machine(key) else 1


def _of_model(model: wire_models.Model) -> str:
    if model.latest is None:
        return f"{model.name} has no version yet."
    aliased = [f"{alias} is {version.version}" for version in model.aliased for alias in version.aliases]
    count = _counted(model.versions, "version")
    return f"{model.name} has {count}, the latest {model.latest.version}{''.join(f'; {text}' for text in aliased)}."


def _made_from(candidate: wire_models.VersionCandidate | None) -> str:
    if candidate is None:
        return ""
    held = [(item.key, 1) for item in candidate.metrics if not is_of_machine(item.key)]
    last = {item.key: item.last for item in candidate.metrics}
    values = [f"{key} {_value(last[key])}" for key in most_telling(held)[:_MOST_METRICS]]
    return f", made from {candidate.name}{' with ' if values else ''}{', '.join(values)}"


def _of_report(report: wire_reports.Report) -> str:
    """Of the first experiment that has a ranked candidate of it, which comes first."""
    subject = "Merge request" if report.subject == "merge_request" else "Pipeline"
    for item in report.experiments:
        best = min((row for row in item.produced if row.rank is not None), key=lambda row: row.rank or 0, default=None)
        if best is not None and best.value is not None:
            of = f"of {_counted(len(item.produced), 'candidate')} in {item.name}"
            return f"{subject} {report.number}: {best.name} has the {item.goal}, {_value(best.value)}, {of}."
    count = sum(len(item.produced) for item in report.experiments)
    return f"{subject} {report.number} produced {_counted(count, 'candidate')}." if count else ""


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else number(value)


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
