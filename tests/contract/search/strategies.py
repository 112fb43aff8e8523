"""Random candidates, and filters that have a chance to find some of them."""

import hypothesis.strategies as st

from shortlist.search.fields import CANDIDATE, Kind
from shortlist.search.tree import And, Comparison, Field, Membership, Node, Null, Order, Value, Words
from tests.contract.search.evaluate import Record
from tests.unit.search.strategies import fields, trees

_TEXTS = ("a", "B", "ab", "aB", "é", "100%", "x_y", "it's", "c:\\d", "")
_NUMBERS = (0, 1, -1.5, 2, 1e300, float("inf"), float("-inf"))
_PATTERNS = ("%", "a%", "_", "%b", "%\\%", "x\\_y", "c:\\d", "É", "%_y%")
_PARAMS = (*_TEXTS, "1", "01", "-1.5", "2e0", "1e999", "10", "9")
_KEYS = st.sampled_from(("k", "val/acc", "a.b"))
_NUMERIC = ("=", "!=", "<", "<=", ">", ">=")

_text = st.sampled_from(_TEXTS)
_points = st.lists(st.sampled_from((*_NUMBERS, float("nan"))).map(float), min_size=1, max_size=3)
_datasets = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from("ab"), "digest": st.sampled_from("cd"), "context": st.none() | _text}
    ),
    max_size=2,
    unique_by=lambda item: (item["name"], item["digest"]),
)


def records() -> st.SearchStrategy[list[Record]]:
    one = st.builds(
        Record,
        iid=st.just(0),
        experiment=st.sampled_from((1, 1, 1, 2)),
        name=_text,
        status=st.sampled_from(("running", "finished", "failed")),
        created_by=_text,
        start_time=st.integers(0, 3),
        end_time=st.none() | st.integers(0, 5),
        note=_text,
        parent=st.none() | st.just("0" * 31 + "1"),
        updated=st.integers(0, 2),
        deleted=st.sampled_from((False, False, False, True)),
        metrics=st.dictionaries(_KEYS, _points, max_size=2),
        params=st.dictionaries(_KEYS, st.sampled_from(_PARAMS), max_size=2),
        metadata=st.dictionaries(_KEYS, _text, max_size=2),
        datasets=_datasets,
    )
    return st.lists(one, min_size=1, max_size=8).map(_numbered)


def _numbered(found: list[Record]) -> list[Record]:
    for iid, record in enumerate(found, 1):
        record.iid = iid
    return found


def some_fields(*, orderable: bool = False) -> st.SearchStrategy[Field]:
    return fields(_KEYS | st.just("none"), orderable=orderable)


def some_orders() -> st.SearchStrategy[list[Order]]:
    one = st.builds(Order, some_fields(orderable=True), st.booleans())
    return st.lists(one, max_size=3, unique_by=lambda order: order.field)


@st.composite
def _conditions(draw: st.DrawFn, chosen: st.SearchStrategy[Field] | None = None) -> Node:
    field = draw(some_fields() if chosen is None else chosen)
    kind = CANDIDATE.kind(field.group, field.key, field.function)
    if kind is Kind.MIXED:
        kind = draw(st.sampled_from((Kind.TEXT, Kind.NUMBER)))
    values = _values(kind, field)
    equal = kind in (Kind.TEXT, Kind.FLAG)
    form = draw(st.integers(0, 3))
    if form == 0:
        return Null(field, draw(st.booleans()))
    if form == 1:
        return Membership(field, tuple(draw(st.lists(values, min_size=1, max_size=3))), draw(st.booleans()))
    if form == 2 and kind is Kind.TEXT:
        comparator = draw(st.sampled_from(("LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE")))
        return Comparison(field, comparator, draw(st.sampled_from(_PATTERNS)))
    return Comparison(field, draw(st.sampled_from(("=", "!=") if equal else _NUMERIC)), draw(values))


def _values(kind: Kind, field: Field) -> st.SearchStrategy[Value]:
    if kind is Kind.NUMBER:
        return st.sampled_from((*_NUMBERS, 10**17, -3))
    if kind is Kind.FLAG:
        return st.sampled_from(("true", "FALSE"))
    if kind is Kind.ID:
        return st.sampled_from((1, 2, 3, "1", "02"))
    own = {"status": ("FAILED", "running"), "run_id": ("0" * 28 + "1eef",), "parent": ("0" * 31 + "1",)}
    own["artifact_uri"] = ("mlflow-artifacts:/files/candidate:1",)
    return st.sampled_from((*own.get(field.key, ()), *_PARAMS))


def filters() -> st.SearchStrategy[Node]:
    return trees(_conditions() | st.sampled_from(("a", "b", "%", "É", "\\", "it's", "none")).map(Words))


def _kept_fields(of: dict[str, tuple[str, ...]], attributes: tuple[str, ...]) -> st.SearchStrategy[Field]:
    """Fields that are kept as columns."""
    keys = _KEYS | st.just("none")
    choices = [st.builds(Field, st.just(group), keys, st.sampled_from(functions)) for group, functions in of.items()]
    return st.one_of(*choices, st.sampled_from(attributes).map(lambda key: Field("attribute", key)))


def kept_filters() -> st.SearchStrategy[Node]:
    """Most are of the kind that kept columns answer: conditions that all must hold."""
    groups = {"metric": ("", "last"), "param": ("", "number"), "metadata": ("",)}
    one = _conditions(_kept_fields(groups, ("status", "start_time")))
    return st.lists(one, min_size=1, max_size=3).map(lambda found: found[0] if len(found) == 1 else And(tuple(found)))


def kept_orders() -> st.SearchStrategy[list[Order]]:
    fields = _kept_fields({"metric": ("", "last"), "param": ("number",)}, ("start_time",))
    return st.lists(st.builds(Order, fields, st.booleans()), max_size=3, unique_by=lambda order: order.field)
