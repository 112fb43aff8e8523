"""The scores of many candidates as arrays, which read as a sequence of `Score`. Pure."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

from shortlist.numeric import Floats, Ints, SmallInts, np
from shortlist.ranking.types import Score, Unranked

# In the order in which those without a rank are listed; the code of a reason is its place, from 1. 0 is ranked.
REASONS = (Unranked.RUNNING, Unranked.INFEASIBLE, Unranked.NOT_FINITE, Unranked.FAILED, Unranked.NO_VALUE)
CODES = {reason: code for code, reason in enumerate(REASONS, 1)}
NO_STEP = -(2**63)


class Scores(Sequence[Score]):
    """`value` is NaN where there is none, `step` is `NO_STEP`, `reason` is the code of why there is no rank."""

    __slots__ = ("iid", "reason", "step", "value")

    def __init__(self, iid: Ints, value: Floats, step: Ints, reason: SmallInts) -> None:
        self.iid = iid
        self.value = value
        self.step = step
        self.reason = reason

    @classmethod
    def of(cls, scores: Iterable[Score]) -> "Scores":
        if isinstance(scores, Scores):
            return scores
        found = list(scores)
        return cls(
            np.array([score.iid for score in found], np.int64),
            np.array([score.value for score in found], np.float64),
            np.array([NO_STEP if score.step is None else score.step for score in found], np.int64),
            np.array([0 if score.unranked is None else CODES[score.unranked] for score in found], np.int8),
        )

    def __len__(self) -> int:
        return len(self.iid)

    @overload
    def __getitem__(self, place: int) -> Score: ...
    @overload
    def __getitem__(self, place: slice) -> "Scores": ...
    def __getitem__(self, place: int | slice) -> "Score | Scores":
        if isinstance(place, slice):
            return self.take(place)
        value, step, reason = float(self.value[place]), int(self.step[place]), int(self.reason[place])
        return Score(
            int(self.iid[place]),
            None if math.isnan(value) else value,
            None if step == NO_STEP else step,
            REASONS[reason - 1] if reason else None,
        )

    def __iter__(self) -> Iterator[Score]:
        return map(_score, self.iid.tolist(), self.value.tolist(), self.step.tolist(), self.reason.tolist())

    def take(self, places: Any) -> "Scores":
        """Those at some places: a slice, a mask or an array of places."""
        return Scores(self.iid[places], self.value[places], self.step[places], self.reason[places])

    def among(self, iids: Iterable[int]) -> "Scores":
        """Those of some candidates, in the order that they have here."""
        return self.take(np.isin(self.iid, np.fromiter(iids, np.int64)))

    def find(self, iid: int) -> int | None:
        """The place of a candidate."""
        found = np.flatnonzero(self.iid == iid)
        return int(found[0]) if len(found) else None

    @property
    def size(self) -> int:
        """Bytes."""
        return self.iid.nbytes + self.value.nbytes + self.step.nbytes + self.reason.nbytes


def _score(iid: int, value: float, step: int, reason: int) -> Score:
    return Score(
        iid,
        None if math.isnan(value) else value,
        None if step == NO_STEP else step,
        REASONS[reason - 1] if reason else None,
    )
