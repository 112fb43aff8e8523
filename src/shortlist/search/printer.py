"""Tree to text, in the one form that parses back to the same tree."""

import math
import re

from shortlist.search.fields import ATTRIBUTE, Entity
from shortlist.search.tree import And, Comparison, Field, Membership, Node, Not, Null, Or, Order, Value, Words

_PLAIN_KEY = re.compile(r"[A-Za-z_]\w*(\.\w+)*", re.ASCII)


def print_tree(node: Node | None, entity: Entity) -> str:
    """The text of a tree; blank for None."""
    if node is None:
        return ""
    if isinstance(node, And):
        return " AND ".join(_inner(item, entity) for item in node.items)
    if isinstance(node, Or):
        return " OR ".join(_inner(item, entity) for item in node.items)
    if isinstance(node, Not):
        return f"NOT {_inner(node.item, entity)}"
    return _print_condition(node, entity)


def print_order(order: Order, entity: Entity) -> str:
    return f"{print_field(order.field, entity)} {'DESC' if order.descending else 'ASC'}"


def print_field(field: Field, entity: Entity) -> str:
    if field.group == ATTRIBUTE:
        return field.key
    prefix = entity.groups[field.group].prefixes[0]
    key = field.key if _PLAIN_KEY.fullmatch(field.key) else _quote(field.key, '"')
    text = f"{prefix}.{key}"
    return f"{field.function}({text})" if field.function else text


def _inner(node: Node, entity: Entity) -> str:
    text = print_tree(node, entity)
    return f"({text})" if isinstance(node, And | Or) else text


def _print_condition(node: Comparison | Membership | Null | Words, entity: Entity) -> str:
    if isinstance(node, Words):
        return _quote(node.text, "'")
    field = print_field(node.field, entity)
    negated = "NOT " if not isinstance(node, Comparison) and node.negated else ""
    if isinstance(node, Null):
        return f"{field} IS {negated}NULL"
    if isinstance(node, Membership):
        return f"{field} {negated}IN ({', '.join(_print_value(value) for value in node.values)})"
    return f"{field} {node.comparator} {_print_value(node.value)}"


def _print_value(value: Value) -> str:
    if isinstance(value, str):
        return _quote(value, "'")
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def _quote(text: str, quote: str) -> str:
    return quote + text.replace(quote, quote * 2) + quote
