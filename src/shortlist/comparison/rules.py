"""The arithmetic of a comparison, pure: deltas, best marks, rows of texts, pictures by step."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from shortlist.comparison.types import Cell, Compared, Image, MetricRow, TextRow
from shortlist.metrics.types import Latest
from shortlist.ranking.rules import is_lower_better
from shortlist.ranking.sentence import sentence
from shortlist.ranking.types import Answer, Direction, Goal, Unranked

# Of these nobody can say whether more is better.
_NEITHER = re.compile(
    r"(^|[^a-z])(epochs?|steps?|lr|learning_rate|grad(ient)?_norm|batch(es)?|samples|count|seed|num|size)([^a-z]|$)|"
    r"^(system|sys)/",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"\.(png|jpe?g|gif|webp)\Z", re.IGNORECASE)
# What MLflow's log_image writes: images/KEY+step+N+timestamp+N+UUID.png, `%` for `+` in older clients.
_LOGGED_IMAGE = re.compile(r"^images/(?P<key>.+?)[+%]step[+%](?P<step>\d+)[+%]timestamp[+%]\d+[+%][^/]*\.\w+\Z")
_SLASHES = str.maketrans("~#", "//")
_NUMBERED = re.compile(r"^(?P<key>.*?)[-_.]?(?P<step>\d{1,15})(?P<suffix>\.\w+)\Z")
_TABLE = re.compile(r"\.(csv|tsv|json)\Z", re.IGNORECASE)
_DIFF = re.compile(r"\.(diff|patch)\Z", re.IGNORECASE)
_ENVIRONMENT = (
    "requirements.txt",
    "conda.yaml",
    "conda.yml",
    "environment.yml",
    "environment.yaml",
    "python_env.yaml",
)
_COMMIT = "mlflow.source.git.commit"
_CODE = (
    ("commit", (_COMMIT, "gitlab.CI_COMMIT_SHA", "CI_COMMIT_SHA")),
    ("branch", ("mlflow.source.git.branch", "gitlab.CI_COMMIT_REF_NAME", "CI_COMMIT_REF_NAME")),
    ("repository", ("mlflow.source.git.repoURL", "gitlab.CI_PROJECT_URL", "CI_PROJECT_URL")),
    ("entry point", ("mlflow.source.name",)),
)
_REPOSITORY = re.compile(
    r"(?:(?:https?|ssh)://(?:[^@/]+@)?|git@)(?P<host>[\w.-]+(?::\d+)?)[:/](?P<path>[\w./-]+?)(\.git)?/?\Z"
)
_SHA = re.compile(r"[0-9a-f]{7,64}\Z", re.IGNORECASE)


def direction_of(key: str, goal: Goal | None) -> Direction | None:
    """Which values of a metric are good: what the goal says, else what its name says, else nobody knows."""
    if goal is not None and goal.metric == key:
        return goal.direction
    if _NEITHER.search(key):
        return None
    return Direction.MINIMIZE if is_lower_better(key) else Direction.MAXIMIZE


def is_system(key: str) -> bool:
    """Whether a metric is the machine's and not the model's."""
    return key.startswith(("system/", "sys/"))


def metric_rows(
    candidates: Sequence[Compared],
    goal: Goal | None,
    latest: Mapping[int, Sequence[Latest]],
    at_step: Mapping[int, Sequence[Latest]],
    most: int,
) -> tuple[list[MetricRow], int]:
    """A row for each metric that any of them has, the goal's first, and how many were left out beyond `most`."""
    last = {(iid, item.key): item for iid, found in latest.items() for item in found}
    chosen = {**last, **{(iid, item.key): item for iid, found in at_step.items() for item in found}}
    first = "" if goal is None else goal.metric
    keys = sorted({key for _, key in last}, key=lambda key: (key != first, key))
    rows = [
        _metric_row(
            key, direction_of(key, goal), candidates, [_cell(key, item, goal, chosen, last) for item in candidates]
        )
        for key in keys[:most]
    ]
    return rows, max(0, len(keys) - most)


def _cell(
    key: str,
    candidate: Compared,
    goal: Goal | None,
    chosen: Mapping[tuple[int, str], Latest],
    last: Mapping[tuple[int, str], Latest],
) -> Cell:
    place = (candidate.record.iid, key)
    found = chosen.get(place)
    if found is None:
        return Cell()
    value, step = found.value, found.step
    score = candidate.score
    if goal is not None and key == goal.metric and score is not None and score.unranked is None:
        # A mean of the last points is no value that was logged.
        value, step = (value if score.value is None else score.value), score.step
    return Cell(value, step, last[place].value if place in last else None)


def _metric_row(
    key: str, direction: Direction | None, candidates: Sequence[Compared], cells: Sequence[Cell]
) -> MetricRow:
    base = cells[0].value
    compared = [cell if place == 0 else _with_delta(cell, base, direction) for place, cell in enumerate(cells)]
    return MetricRow(key, direction, compared, _best(direction, candidates, cells))


def _with_delta(cell: Cell, base: float | None, direction: Direction | None) -> Cell:
    if cell.value is None or base is None or not (math.isfinite(cell.value) and math.isfinite(base)):
        return cell
    delta = cell.value - base
    better = None if direction is None or delta == 0 else (delta > 0) is (direction is Direction.MAXIMIZE)
    return Cell(cell.value, cell.step, cell.last, delta, better)


def _best(direction: Direction | None, candidates: Sequence[Compared], cells: Sequence[Cell]) -> int | None:
    """The one best, of equal ones that with the better rank. Who failed or diverged is never best at anything."""
    ranked = any(item.rank is not None for item in candidates)
    able = [
        (cell.value, item.rank or 0, place)
        for place, (item, cell) in enumerate(zip(candidates, cells, strict=True))
        if cell.value is not None and math.isfinite(cell.value) and _counts(item, ranked=ranked)
    ]
    if direction is None or len({value for value, _, _ in able}) < 2:
        return None
    sign = -1 if direction is Direction.MAXIMIZE else 1
    return candidates[min((sign * value, rank, place) for value, rank, place in able)[2]].record.iid


def _counts(item: Compared, *, ranked: bool) -> bool:
    if ranked:
        return item.rank is not None
    return item.score is not None and item.score.unranked in (Unranked.RUNNING, Unranked.NO_VALUE)


def verdict(answer: Answer, rows: Sequence[MetricRow], names: Mapping[int, str]) -> str:
    """The answer among these candidates in words, and at how many metrics its best is the best as well."""
    said = sentence(answer, names)
    marked = [row.best for row in rows if row.best is not None]
    if answer.best is None or answer.runner_up is None or len(marked) < 2:
        return said
    own = sum(iid == answer.best.iid for iid in marked)
    return f"{said} It is best at {own} of {len(marked)} metrics."


def text_rows(texts: Sequence[Mapping[str, str]]) -> list[TextRow]:
    """A row for each key that any of them has, in order."""
    keys = sorted({key for pairs in texts for key in pairs})
    return [TextRow(key, [pairs.get(key) for pairs in texts]) for key in keys]


def code_rows(metadata: Sequence[Mapping[str, str]]) -> list[TextRow]:
    """Where the code came from, as far as the clients said; rows that nobody filled are left out."""
    rows = [
        TextRow(word, [next((pairs[key] for key in keys if pairs.get(key)), None) for pairs in metadata])
        for word, keys in _CODE
    ]
    return [row for row in rows if any(value is not None for value in row.values)]


def plain_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Without what clients write for themselves, and what the rows about code show."""
    shown = {key for _, keys in _CODE for key in keys}
    return {key: value for key, value in metadata.items() if not key.startswith("mlflow.") and key not in shown}


def code_url(rows: Iterable[TextRow]) -> str | None:
    """The address at which GitLab or GitHub shows what lies between the first two different commits, or None."""
    found = {row.key: row.values for row in rows}
    commits = [commit for commit in dict.fromkeys(found.get("commit", [])) if commit and _SHA.match(commit)]
    repositories = {text for text in found.get("repository", []) if text}
    match = _REPOSITORY.match(repositories.pop()) if len(repositories) == 1 else None
    if match is None or len(commits) < 2:
        return None
    host, path = match["host"], match["path"]
    if "github" in host:
        return f"https://{host}/{path}/compare/{commits[0]}...{commits[1]}"
    return f"https://{host}/{path}/-/compare/{commits[0]}...{commits[1]}" if "gitlab" in host else None


def image_of(candidate_iid: int, path: str) -> Image | None:
    """The picture that a path names: its series and its step, where the name has one. None for other files."""
    if not _IMAGE.search(path):
        return None
    logged = _LOGGED_IMAGE.match(path)
    if logged is not None:
        # log_image writes `~` or `#` for the slashes of a key.
        return Image(candidate_iid, logged["key"].translate(_SLASHES), int(logged["step"]), path)
    numbered = _NUMBERED.match(path)
    if numbered is not None and numbered["key"].rpartition("/")[2]:
        return Image(candidate_iid, numbered["key"], int(numbered["step"]), path)
    return Image(candidate_iid, path, None, path)


def image_at(images: Iterable[Image], step: int | None) -> Image | None:
    """The picture that stands for a step: the last that was logged by then; of pictures without steps, the last.
    The pages have the same rule."""
    by_then = [image for image in images if step is None or image.step is None or image.step <= step]
    return max(enumerate(by_then), key=lambda pair: (_step(pair[1]), pair[0]))[1] if by_then else None


def _step(image: Image) -> int:
    return -1 if image.step is None else image.step


def is_table(path: str) -> bool:
    """Whether a file may hold a table: CSV, TSV, or JSON as MLflow's `log_table` writes it."""
    return _TABLE.search(path) is not None


def is_diff(path: str) -> bool:
    return _DIFF.search(path) is not None


def environment_paths(paths: Iterable[str]) -> list[str]:
    """The files that describe one environment: of each kind the one nearest to the root."""
    nearest: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        name = path.rpartition("/")[2]
        if name in _ENVIRONMENT:
            nearest.setdefault(name, path)
    return [nearest[name] for name in _ENVIRONMENT if name in nearest]
