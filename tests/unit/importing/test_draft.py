"""What a CSV file is taken to say, and which of its cells are refused."""

import pytest

from shortlist.errors import InvalidValue
from shortlist.importing import service
from shortlist.importing.types import Role, Target
from shortlist.tracking.types import Status

RESULTS = """\
model,lr,batch_size,seed,val/acc,Test loss (nats),comment,started,state
resnet,0.1,64,1,0.912,0.31,"first, and best",2026-11-25 10:00,done
vit,1e-3,64,2,0.874,NaN,,2026-11-25T12:00:00+02:00,crashed
"""


def targets(text: str) -> list[tuple[str, str]]:
    return [(target.role.value, target.key) for target in service.draft(text).targets]


def test_columns_are_guessed_from_names_and_cells() -> None:
    assert targets(RESULTS) == [
        ("param", "model"),
        ("param", "lr"),
        ("param", "batch_size"),
        ("param", "seed"),
        ("metric", "val/acc"),
        ("metric", "Test loss _nats"),
        ("note", ""),
        ("start_time", ""),
        ("status", ""),
    ]


def test_exports_of_this_server_and_of_mlflow_come_back_as_what_they_were() -> None:
    ours = (
        "iid,name,external_id,rank,status,start_time,duration,metrics.val/acc,params.lr,metadata.team,ci.job\n"
        "1,a,x,1,finished,,,1,2,t,\n"
    )
    assert targets(ours) == [
        *[("ignored", ""), ("name", ""), ("ignored", ""), ("ignored", ""), ("status", ""), ("start_time", "")],
        *[("ignored", ""), ("metric", "val/acc"), ("param", "lr"), ("metadata", "team"), ("ignored", "")],
    ]
    theirs = (
        ",run_id,artifact_uri,metrics.loss,params.opt,tags.mlflow.runName,tags.mlflow.parentRunId,tags.team\n"
        "0,r,u,1,adam,n,p,t\n"
    )
    assert targets(theirs) == [
        *[("ignored", ""), ("ignored", ""), ("ignored", ""), ("metric", "loss"), ("param", "opt"), ("name", "")],
        *[("ignored", ""), ("metadata", "team")],
    ]


def test_numbers_without_a_known_name_are_measured_or_chosen() -> None:
    assert targets("spread,depthish\n0.231,3\n0.873,3\n0.112,4\n") == [("metric", "spread"), ("param", "depthish")]


def test_rows_have_typed_values() -> None:
    first, second = service.draft(RESULTS).rows
    assert first.params == {"model": "resnet", "lr": "0.1", "batch_size": "64", "seed": "1"}
    assert first.metrics == {"val/acc": 0.912, "Test loss _nats": 0.31}
    assert (first.note, first.status, first.start_time) == ("first, and best", Status.FINISHED, 1_795_600_800_000)
    assert second.status is Status.FAILED
    assert second.start_time == first.start_time
    assert second.metrics["Test loss _nats"] != second.metrics["Test loss _nats"]  # NaN


def test_semicolons_bring_decimal_commas_and_quoted_cells_keep_their_lines() -> None:
    drafted = service.draft('name;acc;note\r\na;0,5;"two\r\nlines"\r\n\r\nb;1e-3;\r\n')
    assert (drafted.sheet.delimiter, [row.line for row in drafted.rows]) == (";", [2, 5])
    assert [row.metrics for row in drafted.rows] == [{"acc": 0.5}, {"acc": 0.001}]
    assert drafted.rows[0].note == "two\r\nlines"


def test_what_the_export_guards_comes_back_bare() -> None:
    drafted = service.draft("name,formula\na,'=SUM(A1)\nb,'quoted'\n")
    assert [row.params["formula"] for row in drafted.rows] == ["=SUM(A1)", "'quoted'"]


def test_faults_name_line_and_column() -> None:
    text = "name,acc,when\na,91%,yesterday\nb,0.5,\n,,\nc,0.5,,extra\n"
    chosen = [Target(Role.NAME), Target(Role.METRIC, "acc"), Target(Role.START_TIME)]
    drafted = service.draft(text, chosen)
    assert [(fault.line, fault.column, fault.header) for fault in drafted.faults] == [
        (2, 2, "acc"),
        (2, 3, "when"),
        (5, None, ""),
    ]
    with pytest.raises(InvalidValue, match=r"line 2, column 2 \(acc\): “91%” is not a number"):
        next(service.batches(drafted))


@pytest.mark.parametrize(("first", "second"), [("lr", "lr"), ("params.lr", "lr"), ("metrics.loss", "summary.loss")])
def test_two_columns_of_one_key_are_refused_by_name(first: str, second: str) -> None:
    drafted = service.draft(f"name,{first},{second}\na,1,2\nb,1,3\n")
    assert [(fault.line, fault.column, fault.header) for fault in drafted.faults] == [(1, 3, second)]
    with pytest.raises(InvalidValue, match=rf"line 1, column 3 \({second}\): Column 2 \(“{first}”\) goes there too"):
        next(service.batches(drafted))


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ([Target(Role.PARAM, "x"), Target(Role.PARAM, "x")], "Column 1 (“a”) goes there too"),
        ([Target(Role.NAME), Target(Role.NAME)], "Column 1 (“a”) goes there too"),
        ([Target(Role.PARAM, "../x"), Target(Role.IGNORED)], "must not begin with '..'"),
        ([Target(Role.METADATA, "shortlist.import"), Target(Role.IGNORED)], "has a meaning of its own"),
    ],
)
def test_targets_are_judged_too(chosen: list[Target], message: str) -> None:
    faults = service.draft("a,b\n1,2\n", chosen).faults
    assert [fault.line for fault in faults[:1]] == [1]
    assert message in faults[0].message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("a,b\n", "no row below"),
        ("a\n" + "1\n" * 20_001, "at most 20,000"),
        (",".join("a" * 401) + "\n1\n", "401 columns"),
    ],
)
def test_a_file_beyond_the_limits_says_so(text: str, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        service.draft(text)


def test_an_open_quote_is_a_fault_of_its_line() -> None:
    drafted = service.draft('a,b\n1,2\n3,"4\n5,6\n')
    assert [fault.line for fault in drafted.faults] == [3]


def test_only_the_first_faults_are_kept_and_all_are_counted() -> None:
    drafted = service.draft("acc\n" + "x\n" * 500, [Target(Role.METRIC, "acc")])
    assert (len(drafted.faults), drafted.fault_count) == (100, 1000)
