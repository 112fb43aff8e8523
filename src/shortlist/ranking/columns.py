"""Facts of many candidates as arrays side by side, pure: one place for each candidate, in order of iid."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shortlist.numeric import Flags, Ints, Values, np

_BYTES_A_TEXT = 49


class Columns:
    """Immutable: a change makes other columns, so that whoever reads these goes on undisturbed."""

    __slots__ = ("iids", "values")

    def __init__(self, iids: Ints, values: Mapping[str, Values]) -> None:
        self.iids = iids
        self.values = values

    @classmethod
    def of(cls, kinds: Mapping[str, Any], rows: Sequence[Sequence[Any]]) -> "Columns":
        """Columns of rows (iid, a value for each of `kinds`), in any order; no value of a float is NaN."""
        named = zip(*rows, strict=True) if rows else iter([()] * (1 + len(kinds)))
        iids = np.array(next(named), np.int64)
        values: dict[str, Values] = {
            name: np.array(column, kind) for (name, kind), column in zip(kinds.items(), named, strict=True)
        }
        return cls.arranged(iids, values)

    @classmethod
    def arranged(cls, iids: Ints, values: Mapping[str, Values]) -> "Columns":
        """Columns of candidates in any order."""
        if bool(np.all(iids[1:] > iids[:-1])):
            return cls(iids, values)
        order = np.argsort(iids, kind="stable")
        return cls(iids[order], {name: column[order] for name, column in values.items()})

    def __len__(self) -> int:
        return len(self.iids)

    def __getitem__(self, name: str) -> Values:
        return self.values[name]

    @property
    def size(self) -> int:
        """Bytes."""
        return self.iids.nbytes + sum(map(_size, self.values.values()))

    def replaced(self, gone: Iterable[int], new: "Columns") -> "Columns":
        """Without some candidates, and with those of `new`, who are among them. O(n) for n candidates in all."""
        at, has = self.places(np.fromiter(gone, np.int64))
        left = np.delete(self.iids, at[has])
        to = np.searchsorted(left, new.iids)
        values = {name: np.insert(np.delete(column, at[has]), to, new[name]) for name, column in self.values.items()}
        return Columns(np.insert(left, to, new.iids), values)

    def places(self, iids: Ints) -> tuple[Ints, Flags]:
        """Where candidates are, and whether they are there; the place of one who is not means nothing."""
        if not len(self.iids):
            return np.zeros(len(iids), np.int64), np.zeros(len(iids), np.bool_)
        places = np.searchsorted(self.iids, iids)
        places[places == len(self.iids)] = 0
        return places, self.iids[places] == iids


def _size(column: Values) -> int:
    if column.dtype != np.object_:
        return column.nbytes
    texts: list[str] = column.tolist()
    return column.nbytes + _BYTES_A_TEXT * len(texts) + sum(map(len, texts))
