"""Orders in which some rows stand below others and can be folded away: seed groups, and trees of candidates. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from shortlist.numeric import Floats, Ints, Values, np
from shortlist.ranking.scores import Scores
from shortlist.ranking.types import Direction

NONE = -1

Merge = Callable[[Floats, Ints], Floats]  # values, and where those of each group begin: one value of each


class SeedGroup(msgspec.Struct, frozen=True):
    """Ranked candidates that differ in nothing but their seed, by their places in the standing, best first.

    `number` is the smallest iid of them, which stays when values change. `deviation` is the sample's (n - 1).
    """

    number: int
    rank: int
    places: Sequence[int]
    mean: float
    deviation: float


class Folded(msgspec.Struct, frozen=True):
    """Rows of a folded order. A row is the candidate at a place in the standing, or a whole group. `depths` is how
    deep a row stands, `below` how many rows it can show right below it: of a group, its members. `ranks` are those of
    the rows among groups; they are NONE in a tree and for whoever has no rank there.

    `members` are the places of all groups' members side by side, best first, and `firsts` where those of a row begin
    among them, NONE for a row that is no group; `means` and `deviations` are of groups' rows.
    """

    iids: Ints  # of a group: minus its number
    places: Ints
    depths: Ints
    below: Ints
    ranks: Ints
    firsts: Ints
    means: Floats
    deviations: Floats
    members: Ints

    def group(self, row: int) -> SeedGroup | None:
        """The group that a row is."""
        first = int(self.firsts[row])
        if first == NONE:
            return None
        places: list[int] = self.members[first : first + int(self.below[row])].tolist()
        deviation = float(self.deviations[row])
        return SeedGroup(-int(self.iids[row]), int(self.ranks[row]), places, float(self.means[row]), deviation)

    def rank_of(self, place: int) -> int | None:
        """The rank of the candidate at a place of the standing, which its group has where it is in one."""
        own = np.flatnonzero((self.places == place) & (self.ranks != NONE))
        if not len(own):
            at = np.flatnonzero(self.members == place)
            within = (self.firsts != NONE) & (self.firsts <= at[:1]) & (at[:1] < self.firsts + self.below)
            own = np.flatnonzero(within) if len(at) else own
        return int(self.ranks[own[0]]) if len(own) else None

    def over_members(self, values: Floats, merge: Merge) -> Floats:
        """Values by place in the standing as values of rows, those of a group's members made one. O(n)."""
        found = values[self.places]
        rows = np.flatnonzero(self.firsts != NONE)
        if len(rows):
            sizes = self.below[rows]
            starts = np.cumsum(sizes) - sizes
            at = np.repeat(self.firsts[rows] - starts, sizes) + np.arange(int(sizes.sum()))
            found[rows] = merge(values[self.members[at]], starts)
        return found

    def taken(self, order: Ints) -> "Folded":
        """The rows in another order."""
        return Folded(
            iids=self.iids[order],
            places=self.places[order],
            depths=self.depths[order],
            below=self.below[order],
            ranks=self.ranks[order],
            firsts=self.firsts[order],
            means=self.means[order],
            deviations=self.deviations[order],
            members=self.members,
        )

    @property
    def size(self) -> int:
        """Bytes."""
        return 64 * len(self.iids) + self.members.nbytes


def smallest(values: Floats, starts: Ints) -> Floats:
    """The smallest of each stretch of values; stretches begin at `starts`."""
    return np.minimum.reduceat(values, starts)


def mean(values: Floats, starts: Ints) -> Floats:
    """The mean of what is finite in each stretch of values; NaN where nothing is."""
    finite = np.isfinite(values)
    counts = np.add.reduceat(finite.astype(np.int64), starts)
    sums = np.add.reduceat(np.where(finite, values, 0.0), starts)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


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
    members = able[np.argsort(which, kind="stable")]
    firsts = np.cumsum(counts) - counts
    leaders = members[firsts]
    best_first = np.lexsort((leaders, -means if order is Direction.MAXIMIZE else means))
    sizes = counts[best_first]
    several = sizes > 1
    numbers = np.minimum.reduceat(scores.iid[members], firsts)[best_first] if len(counts) else leaders
    leaders = leaders[best_first]
    found = Folded(
        iids=np.where(several, -numbers, scores.iid[leaders]),
        places=leaders,
        depths=np.zeros(len(leaders), np.int64),
        below=np.where(several, sizes, 0),
        ranks=np.arange(1, len(leaders) + 1),
        firsts=np.where(several, firsts[best_first], NONE),
        means=np.where(several, means[best_first], np.nan),
        deviations=np.where(several, np.sqrt(squares[best_first] / np.maximum(sizes - 1, 1)), np.nan),
        members=members,
    )
    return _unfolded(found, scores, expanded, places[places >= ranked])


def _unfolded(groups: Folded, scores: Scores, expanded: Collection[int], others: Ints) -> Folded:
    """The same with the members of some groups below them, and rows of other places at the end."""
    opened = np.flatnonzero((groups.firsts != NONE) & np.isin(-groups.iids, np.array(list(expanded), np.int64)))
    sizes = groups.below[opened]
    starts = np.cumsum(sizes) - sizes
    inner = groups.members[np.repeat(groups.firsts[opened] - starts, sizes) + np.arange(int(sizes.sum()))]
    rows = np.concatenate(
        [np.arange(len(groups.iids)), np.repeat(opened, sizes), np.full(len(others), len(groups.iids))]
    )
    below = np.concatenate([inner, others])
    order = np.argsort(rows, kind="stable")

    def column(own: Values, more: Values | float) -> Values:
        return np.concatenate([own, np.broadcast_to(np.asarray(more, own.dtype), len(below))])[order]

    return Folded(
        iids=column(groups.iids, scores.iid[below]),
        places=column(groups.places, below),
        depths=column(groups.depths, np.repeat([1, 0], [len(inner), len(others)])),
        below=column(groups.below, 0),
        ranks=column(groups.ranks, NONE),
        firsts=column(groups.firsts, NONE),
        means=column(groups.means, np.nan),
        deviations=column(groups.deviations, np.nan),
        members=groups.members,
    )


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
    return folded.taken(np.lexsort([*reversed(keys), folded.depths, rank[top_of]]))


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
    """Rows of a tree as they are found."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, int, int]] = []

    def add(self, iid: int, place: int, *, depth: int, below: int) -> None:
        self._rows.append((iid, place, depth, below))

    def folded(self) -> Folded:
        iids, places, depths, below = np.array(self._rows, np.int64).reshape(-1, 4).T
        none, nothing = np.full(len(iids), NONE), np.full(len(iids), np.nan)
        return Folded(iids, places, depths, below, none, none, nothing, nothing, np.empty(0, np.int64))
