"""Addresses of databases, as people write them and as SQLAlchemy does."""

import pytest
from sqlalchemy import create_engine, make_url

from shortlist.db.engine import normalise_url
from shortlist.errors import InvalidValue


def test_one_host_stays_as_it_is() -> None:
    assert normalise_url("postgres://me@one:5433/models") == "postgresql+psycopg://me@one:5433/models"
    assert normalise_url("sqlite:////a/b.db") == "sqlite:////a/b.db"


def test_several_hosts_are_asked_which_of_them_takes_changes() -> None:
    made = create_engine(normalise_url("postgresql://me:p%40ss@one:5433,two/models?sslmode=require"))
    _, options = made.dialect.create_connect_args(made.url)
    options.pop("context", None)
    assert options == {
        "host": "one,two",
        "port": "5433,",
        "user": "me",
        "password": "p@ss",
        "dbname": "models",
        "sslmode": "require",
        "target_session_attrs": "read-write",
    }
    chosen = make_url(normalise_url("postgresql://one,two/models?target_session_attrs=any"))
    assert chosen.query["target_session_attrs"] == "any"
    assert chosen.database == "models"


@pytest.mark.parametrize("url", ["postgresql://one,two/models?nonsense=1", "mysql://one/models", "one,two"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        normalise_url(url)
    assert refused.value.field == "database"
