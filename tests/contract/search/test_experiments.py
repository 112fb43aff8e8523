"""Searches of experiments: fields, order and views, on both databases."""

import pytest
from sqlalchemy import Connection, insert

from shortlist.access.scope import Scope
from shortlist.db.database import Database
from shortlist.errors import InvalidValue
from shortlist.search import experiments
from shortlist.search.types import ExperimentSearch
from shortlist.tracking.tables import experiment, experiment_metadata
from tests.contract.metrics.conftest import PROJECT, scope_of

_ROWS = [
    # iid, name, note, created, updated, deleted, team
    (1, "Alpha", "about eyes", 10, 50, None, "vision"),
    (2, "beta_1", "", 20, 40, None, "speech"),
    (3, "gamma 100%", "", 20, 60, None, None),
    (4, "old", "", 5, 5, 99, "vision"),
]


@pytest.fixture
def searched(database: Database) -> Scope:
    def work(connection: Connection) -> None:
        for project in (PROJECT, PROJECT + 1):
            for iid, name, note, created, updated, deleted, team in _ROWS:
                connection.execute(
                    insert(experiment),
                    {
                        "project_id": project,
                        "iid": iid,
                        "name": name,
                        "note": note,
                        "created_at": created,
                        "updated_at": updated,
                        "deleted_at": deleted,
                    },
                )
                if team is not None:
                    pair = {"project_id": project, "experiment_iid": iid, "key": "a.team", "value": team}
                    connection.execute(insert(experiment_metadata), pair)

    database.write_now(work)
    return scope_of(PROJECT)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        # Newest first, then by id; below an order that was asked for, the greater id first.
        ({}, [2, 3, 1]),
        ({"order_by": ["creation_time ASC"]}, [1, 3, 2]),
        ({"order_by": ["creation_time DESC", "experiment_id ASC"]}, [2, 3, 1]),
        ({"order_by": ["name DESC"]}, [3, 2, 1]),
        ({"order_by": ["last_update_time"]}, [2, 1, 3]),
        ({"order_by": ["tags.a.team"]}, [2, 1, 3]),
        ({"view": "deleted"}, [4]),
        ({"view": "all", "order_by": ["experiment_id"]}, [1, 2, 3, 4]),
        ({"filter": "name = 'Alpha'"}, [1]),
        ({"filter": "attribute.name LIKE 'alp%'"}, []),
        ({"filter": "attributes.name ILIKE 'alp%'"}, [1]),
        ({"filter": "name ILIKE 'beta\\_%' OR name LIKE '%100\\%'"}, [2, 3]),
        ({"filter": "experiment_id IN ('1', '3')"}, [3, 1]),
        ({"filter": "experiment_id NOT IN ('1', '3')"}, [2]),
        ({"filter": "creation_time >= 20 AND last_update_time < 60"}, [2]),
        ({"filter": "tags.a.team = 'vision'"}, [1]),
        ({"filter": "tag.`a.team` != 'vision'"}, [2]),
        ({"filter": "tags.a.team IS NULL"}, [3]),
        ({"filter": "EYES"}, [1]),
        ({"filter": "speech OR alpha"}, [2, 1]),
    ],
)
def test_experiments_are_found_in_order(
    database: Database, searched: Scope, fields: dict[str, object], found: list[int]
) -> None:
    token: str | None = ""
    pages: list[int] = []
    while token is not None:
        query = ExperimentSearch(**(fields | {"max_results": 1, "page_token": token}))  # pyright: ignore[reportArgumentType]
        page = database.read_now(lambda connection, query=query: experiments.search(connection, searched, query))
        pages += page.iids
        token = page.next_page_token
    assert pages == found


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"filter": "metrics.a > 1"}, "filter"),
        ({"filter": "experiment_id = 'x'"}, "filter"),
        ({"order_by": ["status"]}, "order_by"),
        ({"max_results": 0}, "max_results"),
        ({"page_token": "eyJvZmZzZXQiOjF9"}, "page_token"),
        ({"view": "some"}, "view"),
    ],
)
def test_what_is_wrong_is_named(database: Database, searched: Scope, fields: dict[str, object], field: str) -> None:
    query = ExperimentSearch(**fields)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidValue) as caught:
        database.read_now(lambda connection: experiments.search(connection, searched, query))
    assert caught.value.field == field
