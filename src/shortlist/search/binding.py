"""What the SQL of a search needs to know of an entity."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import ColumnElement, Table

from shortlist.search.fields import Entity
from shortlist.search.slots import Slot
from shortlist.search.tree import Field

Tie = tuple[str, bool]


class Binding(Protocol):
    """One search's view of an entity: its table, the rows that the search is about, and where its fields are."""

    @property
    def entity(self) -> Entity: ...

    @property
    def table(self) -> Table:
        """The searched rows; the column `iid` names a row."""
        ...

    @property
    def searched(self) -> ColumnElement[bool]:
        """Which rows are searched, before the filter."""
        ...

    @property
    def kept(self) -> ColumnElement[bool]:
        """What is left of `searched` to ask of a row that the `driving` condition of a joined row has led to."""
        ...

    def ties(self, *, ordered: bool) -> Sequence[Tie]:
        """(attribute, descending) of what decides after the asked order; the last one is unique."""
        ...

    def slot(self, field: Field) -> Slot: ...

    def canonical(self, field: Field, value: str) -> str:
        """A text as the field stores it, for a comparison with whole values."""
        ...

    def words(self, pattern: str) -> ColumnElement[bool]:
        """Whether anything that people write matches a pattern of ILIKE with the escape character of `compile`."""
        ...
