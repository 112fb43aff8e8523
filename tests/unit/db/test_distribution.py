"""The plan for a Citus cluster agrees with the schema."""

from sqlalchemy import UniqueConstraint

from shortlist.db import distribution
from shortlist.db.schema import METADATA


def test_every_table_has_one_place() -> None:
    names = {table.name for table in distribution.distributed()}
    assert distribution.REFERENCE.isdisjoint(distribution.LOCAL)
    assert names | distribution.REFERENCE | distribution.LOCAL == set(METADATA.tables)


def test_every_key_of_a_distributed_table_carries_the_project() -> None:
    for table in distribution.distributed():
        assert distribution.COLUMN in table.primary_key.columns, table.name
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint):
                assert distribution.COLUMN in {column.name for column in constraint.columns}, constraint.name
        for index in table.indexes:
            if index.unique:
                assert distribution.COLUMN in {column.name for column in index.columns}, index.name


def test_foreign_keys_stay_on_one_machine() -> None:
    """Between distributed tables they carry the project on both sides; others lead to what is everywhere."""
    spread = {table.name for table in distribution.distributed()}
    for table in METADATA.tables.values():
        for key in table.foreign_key_constraints:
            target = key.referred_table.name
            if table.name in spread and target in spread:
                pairs = {(element.parent.name, element.column.name) for element in key.elements}
                assert (distribution.COLUMN, distribution.COLUMN) in pairs, key.name
            else:
                assert target in distribution.REFERENCE, f"{table.name} to {target}"


def test_what_moves_online_has_no_foreign_key() -> None:
    moved = distribution.online()
    assert {table.name for table in moved} == distribution.LARGE
    referred = {key.referred_table for table in METADATA.tables.values() for key in table.foreign_key_constraints}
    assert not referred.intersection(moved)
    assert not any(table.foreign_key_constraints for table in moved)
