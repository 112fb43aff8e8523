"""The one MetaData that every `tables.py` adds to, and the column types that both databases agree on."""

from sqlalchemy import BigInteger, Double, Integer, LargeBinary, MetaData, Text

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
