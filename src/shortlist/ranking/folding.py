"""Orders in which some rows stand below others and can be folded away: seed groups, and trees of candidates. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise

import msgspec

from shortlist.numeric import Floats, Ints, np
from shortlist.ranking.scores import Scores
from shortlist.ranking.types import Direction

NONE = -1

Merge = Callable[[Floats], float]


class SeedGroup(msgspec.Struct, frozen=True):
    """Ranked candidates that differ in nothing but their seed, by their places in the standing, best first.

    `number` is the smallest iid of them, which stays when values change. `deviation` is the sample's (n - 1).
    """

    number: int
    rank: int
    places: Sequence[int]
    mean: float
    deviation: float | None


class Folded(msgspec.Struct, frozen=True):
    """Rows of a folded order. A row is the candidate at a place in the standing, or a whole group: then `groups` has
    it under the row's index. `depths` is how deep a row stands, `below` how many rows it can show right below it.
    `ranks` are those of the rows among groups; they are NONE in a tree and for whoever has no rank there."""

    iids: Ints  # of a group: minus its number
    places: Ints
    depths: Ints
    below: Ints
    ranks: Ints
    groups: Mapping[int, SeedGroup]


def seed_groups(
    scores: Scores, ranked: int, places: Ints, kinds: Ints, order: Direction, expanded: Collection[int]
) -> Folded:
    """The best mean first; who is alone in its group stays a row of its own, and whoever has no rank is in no group.

    O(n log n) for n places.

    Args:
        places: in the standing, ascending.
        kinds: of the candidate at each place of the standing, the same number for those that belong together.
        expanded: numbers of the groups whose members are rows below them.
    """
    able = places[places < ranked]
    _, which, counts = np.unique(kinds[able], return_inverse=True, return_counts=True)
    values: Floats = scores.value[able]
    means = np.bincount(which, weights=values, minlength=len(counts)) / np.maximum(counts, 1)
    squares = np.bincount(which, weights=(values - means[which]) ** 2, minlength=len(counts))
    by_group: list[int] = able[np.argsort(which, kind="stable")].tolist()
    ends: list[int] = np.cumsum(counts).tolist()
    members: list[list[int]] = [by_group[start:end] for start, end in pairwise([0, *ends])]
    leaders = np.array([group[0] for group in members], np.int64)
    rows = _Rows()
    best_first: list[int] = np.lexsort((leaders, -means if order is Direction.MAXIMIZE else means)).tolist()
    for rank, place in enumerate(best_first, 1):
        group, size = members[place], len(members[place])
        if size == 1:
            rows.add(int(scores.iid[group[0]]), group[0], rank=rank)
            continue
        number = int(scores.iid[group].min())
        deviation = float(np.sqrt(squares[place] / (size - 1)))
        found = SeedGroup(number, rank, group, float(means[place]), deviation)
        rows.add(-number, group[0], rank=rank, below=size, group=found)
        if number in expanded:
            for member in found.places:
                rows.add(int(scores.iid[member]), member, depth=1)
    for place in places[places >= ranked].tolist():
        rows.add(int(scores.iid[place]), place)
    return rows.folded()


def reordered(folded: Folded, keys: Sequence[Floats]) -> Folded:
    """The same rows with the smallest key first, the first key before the others, NaN last. O(n log n).

    What stands below a row moves with it, and is put into order in its place. Depths are 0 and 1.

    Args:
        keys: a number for each row.
    """
    tops = np.flatnonzero(folded.depths == 0)
    top_of = np.cumsum(folded.depths == 0) - 1
    rank = np.empty(len(tops), np.int64)
    rank[np.lexsort([key[tops] for key in reversed(keys)])] = np.arange(len(tops))
    order = np.lexsort([*reversed(keys), folded.depths, rank[top_of]])
    row_of = {old: new for new, old in enumerate(order.tolist()) if old in folded.groups}
    return Folded(
        folded.iids[order],
        folded.places[order],
        folded.depths[order],
        folded.below[order],
        folded.ranks[order],
        {row_of[old]: group for old, group in folded.groups.items()},
    )


def tree(scores: Scores, places: Ints, parents: Mapping[int, int], expanded: Collection[int]) -> Folded:
    """Candidates below their parents, each tree where its best candidate stands. O(n log n) for n places.

    Args:
        parents: iid of a candidate to that of its parent. Who has none among the places, or is an ancestor of its
            own, stands at the top.
        expanded: iids of those whose children are rows below them.
    """
    iids: list[int] = scores.iid[places].tolist()
    index = {iid: at for at, iid in enumerate(iids)}
    above = np.array([index.get(parents.get(iid, 0), NONE) for iid in iids], np.int64)
    above = _without_circles(above)
    children: dict[int, list[int]] = {}
    best = np.arange(len(iids))
    order = _deepest_first(above)
    for at in order:
        parent = int(above[at])
        if parent != NONE:
            best[parent] = min(best[parent], best[at])
    for at in np.argsort(best, kind="stable").tolist():
        children.setdefault(int(above[at]), []).append(at)
    rows = _Rows()
    waiting = [(at, 0) for at in reversed(children.get(NONE, []))]
    while waiting:
        at, depth = waiting.pop()
        below = children.get(at, [])
        rows.add(iids[at], int(places[at]), depth=depth, below=len(below))
        if iids[at] in expanded:
            waiting += [(child, depth + 1) for child in reversed(below)]
    return rows.folded()


def _without_circles(above: Ints) -> Ints:
    """Cuts every chain of parents that comes back to itself. O(n log n): each round looks twice as far up."""
    own = np.arange(len(above))
    far = np.where(above == NONE, own, above)
    for _ in range(max(1, len(above).bit_length())):
        far = far[far]
    return np.where(above[far] == NONE, above, NONE)


def _deepest_first(above: Ints) -> list[int]:
    depth = np.zeros(len(above), np.int64)
    at = above
    while bool(np.any(at != NONE)):
        depth += at != NONE
        at = np.where(at == NONE, NONE, above[at])
    found: list[int] = np.argsort(-depth, kind="stable").tolist()
    return found


class _Rows:
    """Rows as they are found."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, int, int, int]] = []
        self._groups: dict[int, SeedGroup] = {}

    def add(
        self,
        iid: int,
        place: int,
        *,
        depth: int = 0,
        below: int = 0,
        rank: int = NONE,
        group: SeedGroup | None = None,
    ) -> None:
        if group is not None:
            self._groups[len(self._rows)] = group
        self._rows.append((iid, place, depth, below, rank))

    def folded(self) -> Folded:
        iids, places, depths, below, ranks = np.array(self._rows, np.int64).reshape(-1, 5).T
        return Folded(iids, places, depths, below, ranks, self._groups)
