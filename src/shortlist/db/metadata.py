"""The one MetaData that every `tables.py` adds to, and the column types that both databases agree on."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    event,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# 64 bits on both; SQLite hands out row ids only to a column declared exactly INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")
Millis = BigInteger().with_variant(Integer(), "sqlite")
Number: Double[float] = Double()
Bytes = LargeBinary()
# Byte order, not the collation of the server's locale: ordering and keyset pages must agree on both databases.
Key = Text().with_variant(Text(collation="C"), "postgresql")
Str = Key


def partial_index(name: str, *columns: ColumnElement[Any], where: ColumnElement[bool], unique: bool = False) -> Index:
    """An index of some of the rows.

    `Index(postgresql_where=...)` would import PostgreSQL's dialect with all its drivers, a tenth of every start on
    SQLite, so the database that the index is made in is told.
    """
    made = Index(name, *columns, unique=unique)

    def tell(index: Index, connection: Connection, **_: object) -> None:
        index.dialect_options[connection.dialect.name]["where"] = where

    event.listen(made, "before_create", tell)
    return made
