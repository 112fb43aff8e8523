"""Printing is the inverse of parsing."""

from hypothesis import given

from shortlist.search.fields import CANDIDATE
from shortlist.search.order import parse_order
from shortlist.search.parser import parse
from shortlist.search.printer import print_order, print_tree
from shortlist.search.tree import Node, Order
from tests.unit.search.strategies import orders, trees


@given(trees())
def test_a_printed_tree_parses_to_itself(tree: Node) -> None:
    assert parse(print_tree(tree, CANDIDATE), CANDIDATE) == tree


@given(orders())
def test_a_printed_order_parses_to_itself(order: Order) -> None:
    assert parse_order([print_order(order, CANDIDATE)], CANDIDATE) == [order]


def test_no_filter_is_blank() -> None:
    assert print_tree(None, CANDIDATE) == ""
    assert parse(" \n ", CANDIDATE) is None
