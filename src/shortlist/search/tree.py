"""What a filter means, as a tree. Positions are offsets in the text, from 0; they take no part in equality."""

import dataclasses
from dataclasses import dataclass

Number = int | float
Value = str | int | float

COMPARATORS = ("=", "!=", "<", "<=", ">", ">=", "LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE")


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its one true name. `function` is such as `min`, or empty for the plain value."""

    group: str
    key: str
    function: str = ""
    position: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    field: Field
    comparator: str  # one of COMPARATORS
    value: Value
    position: int = dataclasses.field(default=0, compare=False)  # of the comparator
    value_position: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """IN, or NOT IN."""

    field: Field
    values: tuple[Value, ...]
    negated: bool = False
    position: int = dataclasses.field(default=0, compare=False)
    value_position: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Null:
    """IS NULL, or IS NOT NULL."""

    field: Field
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A bare word or quoted text: found anywhere in what people write, in any case."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    item: "Node"


@dataclass(frozen=True, slots=True)
class And:
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple["Node", ...]


Node = Comparison | Membership | Null | Words | Not | And | Or


@dataclass(frozen=True, slots=True)
class Order:
    field: Field
    descending: bool = False


def fields_of(node: Node | None) -> list[Field]:
    """Every field that a tree reads, as often as it does."""
    if node is None or isinstance(node, Words):
        return []
    if isinstance(node, Not):
        return fields_of(node.item)
    if isinstance(node, And | Or):
        return [found for item in node.items for found in fields_of(item)]
    return [node.field]
