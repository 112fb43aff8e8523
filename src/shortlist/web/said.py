"""What a page says in one sentence, for previews of links to it and for readers who run no scripts. Pure."""

from shortlist.ranking.rules import is_of_machine
from shortlist.ranking.sentence import number
from shortlist.web import wire, wire_answer, wire_compare, wire_models
from shortlist.web.page_data import PageData

_MOST_METRICS = 3


def sentence(data: PageData) -> str:
    """The answer of an experiment, the verdict of a comparison, the place of a candidate, the newest version of a
    model; empty for other pages."""
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
            return f"Version {version.version} of {version.name}{aliases}."
        case _:
            return ""


def _of_candidate(candidate: wire.Candidate) -> str:
    place = candidate.place
    words = f"{candidate.name}: {candidate.status}"
    if place is not None:
        words = f"{candidate.name} is number {place.rank:,} of {place.of:,} by {place.by}"
    values = [
        f"{item.key} {item.last if isinstance(item.last, str) else number(item.last)}"
        for item in sorted(candidate.metrics, key=lambda item: _weight(candidate, item.key))[:_MOST_METRICS]
    ]
    return f"{words}. Last values: {', '.join(values)}." if values else f"{words}."


def _weight(candidate: wire.Candidate, key: str) -> int:
    """What it is ranked by first, what the machine did last."""
    if candidate.place is not None and candidate.place.by.endswith(f" {key}"):
        return 0
    return 2 if is_of_machine(key) else 1


def _of_model(model: wire_models.Model) -> str:
    if model.latest is None:
        return f"{model.name} has no version yet."
    aliased = [f"{alias} is {version.version}" for version in model.aliased for alias in version.aliases]
    count = "1 version" if model.versions == 1 else f"{model.versions:,} versions"
    return f"{model.name} has {count}, the latest {model.latest.version}{''.join(f'; {text}' for text in aliased)}."
