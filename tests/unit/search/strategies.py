"""Random trees of the language over candidates."""

import string

import hypothesis.strategies as st

from shortlist.search.fields import CANDIDATE, Kind
from shortlist.search.tree import And, Comparison, Field, Membership, Node, Not, Null, Or, Order, Value, Words

_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=12)
_KEYS = st.text(string.ascii_letters + string.digits + "_/.-: é\"'`", min_size=1, max_size=8)
_NUMBERS = st.integers(-(10**17), 10**17) | st.floats(allow_nan=False)
_NUMERIC = ("=", "!=", "<", "<=", ">", ">=")
_TEXTUAL = ("=", "!=", "LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE")


def fields(keys: st.SearchStrategy[str] = _KEYS, *, orderable: bool = False) -> st.SearchStrategy[Field]:
    """Every attribute, and every group with any key and function."""
    choices: list[st.SearchStrategy[Field]] = [
        st.sampled_from([Field("attribute", key) for key in CANDIDATE.attributes])
    ]
    for group in CANDIDATE.groups.values():
        if orderable and not group.orderable:
            continue
        named = st.sampled_from(sorted(group.names)) if group.names else keys
        functions = st.sampled_from(["", *group.functions])
        choices.append(st.builds(Field, st.just(group.name), named, functions))
    return st.one_of(choices)


def _values(field: Field) -> tuple[Kind, st.SearchStrategy[Value]]:
    kind = CANDIDATE.kind(field.group, field.key, field.function)
    if kind is Kind.ID:
        return kind, st.integers(-99, 99) | st.integers(-99, 99).map(str)
    if kind is Kind.FLAG:
        return kind, st.sampled_from(("true", "FALSE"))
    return kind, _TEXT if kind is Kind.TEXT else _NUMBERS


@st.composite
def conditions(draw: st.DrawFn, chosen: st.SearchStrategy[Field] | None = None) -> Node:
    """One condition that the checker accepts."""
    field = draw(fields() if chosen is None else chosen)
    kind, values = _values(field)
    if kind is Kind.MIXED and draw(st.booleans()):
        kind, values = Kind.TEXT, _TEXT
    form = draw(st.integers(0, 3))
    if form == 0:
        return Null(field, draw(st.booleans()))
    if form == 1:
        return Membership(field, tuple(draw(st.lists(values, min_size=1, max_size=4))), draw(st.booleans()))
    comparators = {Kind.TEXT: _TEXTUAL, Kind.FLAG: ("=", "!=")}.get(kind, _NUMERIC)
    comparator = draw(st.sampled_from(comparators))
    value = draw(values)
    if "LIKE" in comparator and not value:
        value = "%"
    return Comparison(field, comparator, value)


_WORDS = _TEXT.filter(lambda text: bool(text.strip())).map(Words)


def trees(leaves: st.SearchStrategy[Node] | None = None) -> st.SearchStrategy[Node]:
    return st.recursive(
        conditions() | _WORDS if leaves is None else leaves,
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=2, max_size=3).map(lambda items: And(tuple(items))),
            st.lists(inner, min_size=2, max_size=3).map(lambda items: Or(tuple(items))),
        ),
        max_leaves=8,
    )


def orders(keys: st.SearchStrategy[str] = _KEYS) -> st.SearchStrategy[Order]:
    return st.builds(Order, fields(keys, orderable=True), st.booleans())
