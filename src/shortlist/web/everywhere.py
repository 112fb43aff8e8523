"""One text in the search language, asked of everything in a project."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.access.policy import Outcome, decide
from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue
from shortlist.http.services import Services
from shortlist.models import store_models
from shortlist.packages import registry as packages
from shortlist.search import experiments as experiment_search
from shortlist.search import fresh
from shortlist.search import registry as registry_search
from shortlist.search import service as search
from shortlist.search.fields import CANDIDATE
from shortlist.search.parser import parse
from shortlist.search.tree import And, Node, Words
from shortlist.search.types import CandidateSearch, ExperimentSearch, RegistrySearch
from shortlist.tracking import store_candidates, store_experiments
from shortlist.web.wire_search import (
    EverywhereQuery,
    Found,
    FoundCandidate,
    FoundExperiment,
    FoundFile,
    FoundModel,
)

MAX_OF_A_KIND = 50

T = TypeVar("T")


async def find(services: Services, scope: Scope, asked: EverywhereQuery) -> Found:
    """The first of each kind that match; the newest first.

    `#12`, or a number alone, is the candidate with this iid. What is no filter on experiments or models finds none.

    Raises:
        InvalidValue: what is no filter on candidates, or a limit out of range.
    """
    if not 1 <= asked.limit <= MAX_OF_A_KIND:
        raise InvalidValue(f"The limit must be between 1 and {MAX_OF_A_KIND}.", field="limit")
    text = asked.text.strip()
    if not text:
        return Found([], [], [], [])
    found = Found([], [], [], [])
    if _may(scope, Action.EXPERIMENT_READ):
        found.candidates = await _candidates(services, scope, text, asked.limit)

    def read(connection: Connection) -> Found:
        if _may(scope, Action.EXPERIMENT_READ):
            found.experiments = _unless_refused(lambda: _experiments(connection, scope, text, asked.limit))
        if _may(scope, Action.MODEL_READ):
            found.models = _unless_refused(lambda: _models(connection, scope, text, asked.limit))
        words = _words(text)
        if words and _may(scope, Action.PACKAGE_READ):
            found.files = _files(connection, scope, words, asked.limit)
        return found

    return await services.database.read(read)


def _may(scope: Scope, action: Action) -> bool:
    return decide(scope.actor, action, scope.project).outcome is Outcome.ALLOWED


def _unless_refused(find: Callable[[], list[T]]) -> list[T]:
    try:
        return find()
    except InvalidValue:
        return []


async def _candidates(services: Services, scope: Scope, text: str, limit: int) -> list[FoundCandidate]:
    number = text.removeprefix("#")
    wanted = f"iid = {number}" if number.isascii() and number.isdigit() and len(number) <= 18 else text
    everything = ExperimentSearch(max_results=search.MAX_RESULTS)
    page = await services.database.read(lambda connection: experiment_search.search(connection, scope, everything))

    def load(connection: Connection, scope: Scope, found: Sequence[int]) -> list[FoundCandidate]:
        records = store_candidates.by_iids(connection, scope, found)
        names = {
            item.iid: item.name
            for item in store_experiments.by_iids(connection, scope, [record.experiment_iid for record in records])
        }
        return [
            FoundCandidate(record.iid, record.name, record.status.value, names.get(record.experiment_iid, ""))
            for record in records
        ]

    query = CandidateSearch(experiment_iids=page.iids, filter=wanted, max_results=limit)
    return (await fresh.candidates(services.database, services.folder, scope, query, load))[1]


def _experiments(connection: Connection, scope: Scope, text: str, limit: int) -> list[FoundExperiment]:
    page = experiment_search.search(connection, scope, ExperimentSearch(filter=text, max_results=limit))
    return [FoundExperiment(item.iid, item.name) for item in store_experiments.by_iids(connection, scope, page.iids)]


def _models(connection: Connection, scope: Scope, text: str, limit: int) -> list[FoundModel]:
    page = registry_search.models(connection, scope, RegistrySearch(filter=text, max_results=limit))
    return [FoundModel(item.iid, item.name) for item in store_models.by_iids(connection, scope, page.iids)]


def _files(connection: Connection, scope: Scope, words: list[str], limit: int) -> list[FoundFile]:
    return [
        FoundFile(file.path, file.size, package.id, package.name, package.version)
        for file, package in packages.files_named(connection, scope, words, limit)
    ]


def _words(text: str) -> list[str]:
    """The words of a text that has nothing else; none for one that compares fields."""
    tree = parse(text, CANDIDATE, loose=True)
    items: tuple[Node, ...] = tree.items if isinstance(tree, And) else () if tree is None else (tree,)
    words = [item.text for item in items if isinstance(item, Words)]
    return words if len(words) == len(items) else []
