"""A tree to the SQL condition that finds the same rows."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Double, and_, literal, not_, or_, true

from shortlist.db.dialect import among
from shortlist.db.metadata import Str
from shortlist.search.binding import Binding
from shortlist.search.fields import Kind
from shortlist.search.slots import Owners, Slot, Test
from shortlist.search.tree import And, Comparison, Field, Membership, Node, Not, Null, Or, Value, Words

ESCAPE = "\\"
# Each is read as a whole; what is left after a few is little enough to look at row by row.
_MAX_GATHERED = 4


class Filter:
    """A tree as SQL: `condition`, true or false for every row and never NULL.

    `gathered` are selects of (project, iid) that each find the rows of one of the conditions which must all hold;
    `others` is what is left to ask of a row that is in all of them. Where none can be gathered, it is all.
    """

    def __init__(self, connection: Connection, binding: Binding, node: Node | None) -> None:
        compiler = _Compiler(connection, binding)
        self.condition = true() if node is None else compiler.compile(node)
        self.gathered: list[Owners] = []
        others: list[ColumnElement[bool]] = []
        for item in node.items if isinstance(node, And) else () if node is None else (node,):
            found = compiler.gather(item) if len(self.gathered) < _MAX_GATHERED else None
            if found is None:
                others.append(compiler.compile(item))
            else:
                self.gathered.append(found)
        self.others = and_(true(), *others)


class _Compiler:
    def __init__(self, connection: Connection, binding: Binding) -> None:
        self._connection = connection
        self._binding = binding

    def compile(self, node: Node) -> ColumnElement[bool]:
        match node:
            case And():
                return and_(*(self.compile(item) for item in node.items))
            case Or():
                return or_(*(self.compile(item) for item in node.items))
            case Not():
                return not_(self.compile(node.item))
            case Words():
                return self._binding.words(contains(node.text))
            case Null():
                missing = self._binding.slot(node.field).missing()
                return not_(missing) if node.negated else missing
            case Comparison():
                return self._comparison(node)
            case Membership():
                return self._membership(node)

    def _comparison(self, node: Comparison) -> ColumnElement[bool]:
        slot, test = self._comparison_test(node)
        return slot.where(test, with_nan=node.comparator == "!=")

    def _comparison_test(self, node: Comparison) -> tuple[Slot, Test]:
        slot, kind = self._place(node.field, node.value)
        value = node.value
        if isinstance(value, str) and "LIKE" in node.comparator:
            return slot, _pattern_test(node.comparator, pattern(value))
        return slot, _test(node.comparator, _bound(self._plain(kind, node.field, value)))

    def _membership(self, node: Membership) -> ColumnElement[bool]:
        slot, test = self._membership_test(node)
        return slot.where(test, with_nan=node.negated)

    def _membership_test(self, node: Membership) -> tuple[Slot, Test]:
        slot, kind = self._place(node.field, node.values[0])
        values: Any = [self._plain(kind, node.field, value) for value in node.values]

        def test(column: ColumnElement[Any]) -> ColumnElement[bool]:
            found = among(self._connection, column, values)
            return not_(found) if node.negated else found

        return slot, test

    def gather(self, node: Node) -> Owners | None:
        """The rows that fulfil a condition, where they are likely few and found without looking at every row."""
        if isinstance(node, Comparison) and node.comparator != "!=" and not node.comparator.startswith("NOT"):
            slot, test = self._comparison_test(node)
        elif isinstance(node, Membership) and not node.negated:
            slot, test = self._membership_test(node)
        else:
            return None
        return slot.owners(test)

    def _place(self, field: Field, value: Value) -> tuple[Slot, Kind]:
        """Where the value is that is compared with this one: a parameter is a number beside a number."""
        kind = self._binding.entity.kind(field.group, field.key, field.function)
        if kind is Kind.MIXED:
            kind = Kind.TEXT if isinstance(value, str) else Kind.NUMBER
            if kind is Kind.NUMBER:
                field = Field(field.group, field.key, "number")
        return self._binding.slot(field), kind

    def _plain(self, kind: Kind, field: Field, value: Value) -> Value:
        if isinstance(value, str):
            return int(value) if kind is Kind.ID else self._binding.canonical(field, value)
        return value


def _bound(value: Value) -> ColumnElement[Any]:
    """A value with its own type: SQLAlchemy would give it the column's, and cut 1.5 to 1 beside an integer."""
    if isinstance(value, str):
        return literal(value, Str)
    return literal(value, BigInteger) if isinstance(value, int) else literal(value, Double)


def _test(comparator: str, value: ColumnElement[Any]) -> Test:
    def test(column: ColumnElement[Any]) -> ColumnElement[bool]:
        match comparator:
            case "=":
                return column == value
            case "!=":
                return column != value
            case "<":
                return column < value
            case "<=":
                return column <= value
            case ">":
                return column > value
            case _:
                return column >= value

    return test


def _pattern_test(comparator: str, text: str) -> Test:
    def test(column: ColumnElement[Any]) -> ColumnElement[bool]:
        blind = "ILIKE" in comparator
        found = column.ilike(text, escape=ESCAPE) if blind else column.like(text, escape=ESCAPE)
        return not_(found) if comparator.startswith("NOT") else found

    return test


def pattern(text: str) -> str:
    """A pattern of the language for SQL: a backslash escapes `%`, `_` and itself, and is itself before all else."""
    parts: list[str] = []
    place = 0
    while place < len(text):
        character = text[place]
        if character != ESCAPE:
            parts.append(character)
        elif text[place + 1 : place + 2] in ("%", "_", ESCAPE):
            place += 1
            parts.append(ESCAPE + text[place])
        else:
            parts.append(ESCAPE * 2)
        place += 1
    return "".join(parts)


def contains(text: str) -> str:
    """The SQL pattern of anything with this text in it."""
    escaped = text.replace(ESCAPE, ESCAPE * 2).replace("%", ESCAPE + "%").replace("_", ESCAPE + "_")
    return f"%{escaped}%"
