"""What the language reads, and where it says that something is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortlist.errors import InvalidValue
from shortlist.search.fields import CANDIDATE, EXPERIMENT
from shortlist.search.order import parse_order
from shortlist.search.parser import MAX_CONDITIONS, MAX_DEPTH, parse
from shortlist.search.printer import print_order, print_tree


def read(text: str) -> str:
    """The one form of a filter."""
    return print_tree(parse(text, CANDIDATE), CANDIDATE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # MLflow's own forms.
        ("metrics.acc > 0.9", "metrics.acc > 0.9"),
        ("metric.acc>=-1e-3", "metrics.acc >= -0.001"),
        ("metrics.`a b` = 1", 'metrics."a b" = 1'),
        ('metrics."val/acc" != .5', 'metrics."val/acc" != 0.5'),
        ("metrics.val/acc < 5.", 'metrics."val/acc" < 5.0'),
        ("params.model = 'CNN'", "params.model = 'CNN'"),
        ('param.model = "CNN"', "params.model = 'CNN'"),
        ("parameters.m LIKE 'a%' and parameter.n ilike '_b'", "params.m LIKE 'a%' AND params.n ILIKE '_b'"),
        ("params.m IS NULL AND tag.t IS NOT NULL", "params.m IS NULL AND metadata.t IS NOT NULL"),
        ("tags.mlflow.parentRunId = 'x'", "metadata.mlflow.parentRunId = 'x'"),
        ("tags.\"mlflow.user\" = 'x'", "metadata.mlflow.user = 'x'"),
        ("`tags`.`mlflow.user` = 'x'", "metadata.mlflow.user = 'x'"),
        ("attributes.status = 'RUNNING'", "status = 'RUNNING'"),
        ("attr.run_name = 'a'", "name = 'a'"),
        ("run.user_id = 'a'", "created_by = 'a'"),
        ("attribute.`Run name` = 'a'", "name = 'a'"),
        ("run name = 'a'", "name = 'a'"),
        ("run_id IN ('a','b')", "run_id IN ('a', 'b')"),
        ("run_id not in ('a',)", "run_id NOT IN ('a')"),
        ("created > 17 AND end_time <= 1.5", "start_time > 17 AND end_time <= 1.5"),
        (
            "dataset.name = 'd' AND datasets.context IN ('train')",
            "datasets.name = 'd' AND datasets.context IN ('train')",
        ),
        ("status = 'FAILED' AND ", "status = 'FAILED'"),
        # What goes beyond.
        ("a OR b AND c", "'a' OR ('b' AND 'c')"),
        ("not (a or b)", "NOT ('a' OR 'b')"),
        ("NOT NOT a", "NOT NOT 'a'"),
        ("resnet 'two words' \"and more\"", "'resnet' AND 'two words' AND 'and more'"),
        ("resnet status = 'FAILED'", "'resnet' AND status = 'FAILED'"),
        ("status", "'status'"),
        ("0.5", "'0.5'"),
        ("params.lr > 0.01", "params.lr > 0.01"),
        ("params.lr IN (1, 0.5)", "params.lr IN (1, 0.5)"),
        ("number(params.lr) = 1", "number(params.lr) = 1"),
        ('name = \'it\'\'s\' AND note = "say ""hi"""', "name = 'it''s' AND note = 'say \"hi\"'"),
        ("params.`a``b` = ''", "params.\"a`b\" = ''"),
        ("min(metrics.loss) < 1 AND MAX( metrics.`a b` ) > 2", 'min(metrics.loss) < 1 AND max(metrics."a b") > 2'),
        ("metrics.a IS NULL", "metrics.a IS NULL"),
        ("metrics.a < Infinity AND metrics.a > -inf", "metrics.a < Infinity AND metrics.a > -Infinity"),
        ("name NOT LIKE 'a%'", "name NOT LIKE 'a%'"),
        ("iid IN (1, '2')", "iid IN (1, '2')"),
    ],
)
def test_filters_are_read(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("metrics.a >> 1", 11, "a comparator"),
        ("metrics.a == 1", 11, "a comparator"),
        ("metrics.a > 'x'", 13, "a number without quotes"),
        ("metrics.a LIKE 'x'", 11, "is a number"),
        ("metrics.a", 10, "a comparator"),
        ("metrics. > 1", 1, "a key"),
        ("min(params.a) > 1", 5, "min(...)"),
        ("mean(metrics.a) > 1", 1, "min"),
        ("min(metrics.a > 1", 15, "')'"),
        ("params.a = LR", 12, "text in quotes"),
        ("params.a > '1'", 12, "a number without quotes"),
        ("params.a IN (1, 'b')", 13, "only numbers or only texts"),
        ("params.a IN ()", 14, "a number, or text in quotes"),
        ("params.a IN 'b'", 13, "'('"),
        ("params.a IS 5", 13, "NULL or NOT NULL"),
        ("tags.a = 5", 10, "text in quotes"),
        ("tags.a > 'x'", 8, "is text"),
        ("start_time = 'now'", 14, "a number"),
        ("iid = 'x'", 7, "an integer"),
        ("acc > 0.9", 1, "metrics.<key>"),
        ("a = 'unclosed", 5, "a closing '"),
        ("'a' = 'b'", 1, "a field"),
        ("datasets.size = 'x'", 1, "context, digest, name"),
        ("models.a = 'x'", 1, "one of"),
        ("status = 'A' status = 'B'", 14, "AND, OR or the end"),
        ("metrics.a > 0.1 NAND params.b = 'x'", 17, "AND, OR or the end"),
        ("(status = 'A'", 14, "')'"),
        ("status = 'A')", 13, "the end"),
        ("AND a", 1, "a condition"),
        ("a OR", 5, "a condition"),
        ("a; b", 2, "';'"),
        ("a \x00", 3, "text"),
        ("a '\ud800'", 4, "text"),
        ("''", 1, "a word"),
        ("(" * 30 + "a" + ")" * 30, MAX_DEPTH + 1, f"at most {MAX_DEPTH}"),
        ("NOT " * 1000 + "a", 4 * MAX_DEPTH + 1, f"at most {MAX_DEPTH}"),
        ("x " * 300, 2 * MAX_CONDITIONS + 1, f"at most {MAX_CONDITIONS}"),
        ("name LIKE '" + "%" * 9000 + "'", 11, "at most 8000"),
        ("x" * 600_000, 500_001, "at most 500000"),
        ("iid IN (" + "1," * 50_001 + "1)", 8 + 2 * 50_000, "at most 50000"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, position: int, expected: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse(text, CANDIDATE)
    assert (caught.value.field, caught.value.position) == ("filter", position), caught.value.message
    assert f"at character {position}: " in caught.value.message
    assert expected in caught.value.message


@given(st.text(alphabet="abmetricsparams.'\"`()=<>!, \x00;ANDORTINLIKE09-\ud800", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    tree, refusal = None, None
    try:
        tree = parse(text, CANDIDATE)
    except InvalidValue as error:
        refusal = error
    if refusal is None:
        assert parse(print_tree(tree, CANDIDATE), CANDIDATE) == tree
    else:
        assert 1 <= (refusal.position or 0) <= len(text) + 1


def test_long_filters_take_time_in_proportion() -> None:
    values = ", ".join(f"'{number:032x}'" for number in range(10_000))
    tree = parse(f"run_id IN ({values})", CANDIDATE)
    assert print_tree(tree, CANDIDATE) == f"run_id IN ({values})"


def test_numbers_of_any_length_are_numbers() -> None:
    assert read("metrics.a = 1" + "0" * 399) == "metrics.a = Infinity"
    assert read("metrics.a = " + "9" * 18) == "metrics.a = " + "9" * 18
    assert read("metrics.a = 1e999") == "metrics.a = Infinity"


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["start_time DESC"], ["start_time DESC"]),
        (["attributes.start_time"], ["start_time ASC"]),
        (['metrics."val/acc" desc', "params.lr asc"], ['metrics."val/acc" DESC', "params.lr ASC"]),
        (["min(metrics.loss)", "metrics.loss"], ["min(metrics.loss) ASC", "metrics.loss ASC"]),
        (
            ["run name DESC", "tags.team", "duration", "created_by"],
            ["name DESC", "metadata.team ASC", "duration ASC", "created_by ASC"],
        ),
    ],
)
def test_orders_are_read(items: list[str], expected: list[str]) -> None:
    assert [print_order(order, CANDIDATE) for order in parse_order(items, CANDIDATE)] == expected


@pytest.mark.parametrize(
    ("items", "position"),
    [
        (["metrics.a SIDEWAYS"], 11),
        (["metrics.a DESC NULLS LAST"], 16),
        ([""], 1),
        (["datasets.name"], 1),
        (["metrics.a", "metric.a DESC"], 1),
        (["start_time", "created"], 1),
        (["acc"], 1),
        (["'name'"], 1),
        ([f"metrics.m{number}" for number in range(11)], 1),
    ],
)
def test_wrong_orders_are_refused(items: list[str], position: int) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_order(items, CANDIDATE)
    assert (caught.value.field, caught.value.position) == ("order_by", position), caught.value.message


def test_experiments_have_fields_of_their_own() -> None:
    text = "experiment_id IN ('1', 2) AND creation_time > 5 AND attributes.last_update_time < 9 AND tags.a.b = 'x'"
    expected = "iid IN ('1', 2) AND created > 5 AND updated < 9 AND metadata.a.b = 'x'"
    assert print_tree(parse(text, EXPERIMENT), EXPERIMENT) == expected
    with pytest.raises(InvalidValue, match=r"metadata\.<key>"):
        parse("metrics.a > 1", EXPERIMENT)
