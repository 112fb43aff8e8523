"""`<field> [ASC|DESC]`: what a search is ordered by."""

from collections.abc import Sequence

from shortlist.search.fields import Entity
from shortlist.search.lexer import Kind
from shortlist.search.reader import Reader
from shortlist.search.tree import Order

MAX_FIELDS = 10

_PARAMETER = "order_by"


def parse_order(items: Sequence[str], entity: Entity) -> list[Order]:
    """The order that the items ask for, the first item first.

    Raises:
        InvalidValue: an item that is no field and direction, a field that has no order, the same field twice, or
            too many fields. Positions count within the item.
    """
    found: list[Order] = []
    for item in items:
        order = _parse_item(item, entity)
        if any(earlier.field == order.field for earlier in found):
            Reader(item, entity, _PARAMETER).fail("each field once")
        found.append(order)
        if len(found) > MAX_FIELDS:
            Reader(item, entity, _PARAMETER).fail(f"at most {MAX_FIELDS} fields")
    return found


def _parse_item(item: str, entity: Entity) -> Order:
    reader = Reader(item, entity, _PARAMETER)
    start = reader.peek()
    field = reader.field()
    if not entity.orderable(field.group):
        reader.fail("a field that can be ordered by", start)
    descending = reader.accept("DESC") is not None
    if not descending:
        reader.accept("ASC")
    if reader.peek().kind is not Kind.END:
        reader.fail("ASC, DESC or the end")
    return Order(field, descending)
