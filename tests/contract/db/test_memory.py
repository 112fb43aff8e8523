"""What is kept of an experiment: old as soon as anybody changes the experiment, whatever became of other changes."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from shortlist.db import changes, memory
from shortlist.db.database import Database

PLACE = (1, 5)


def change(candidate_iid: int, *, in_vain: bool = False) -> Callable[[Connection], None]:
    """Change a candidate; in vain: so that it is the commit that fails."""

    def work(connection: Connection) -> None:
        changes.note(connection, *PLACE, candidate_iid)
        if in_vain:
            connection.execute(text("INSERT INTO child VALUES (4711)"))

    return work


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_revision_that_another_process_took_after_a_failed_commit_is_not_known_here(database: Database) -> None:
    def tables(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE parent (id int PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"))

    database.write_now(tables)
    database.write_now(change(1))
    here = database.read_now(memory.of)
    here.keep(PLACE, "board", 1, "read after the first change", 1)
    with pytest.raises(IntegrityError):
        database.write_now(change(7, in_vain=True))
    other = Database(database.url)
    other.write_now(change(8))
    other.close()
    assert database.read_now(lambda connection: memory.revision(connection, PLACE)) == 2
    kept = here.find(PLACE, "board", 2)
    assert kept is not None
    assert kept.changed is None
    database.write_now(change(9))
    here.keep(PLACE, "board", 2, "read again", 1)
    kept = here.find(PLACE, "board", 3)
    assert kept is not None
    assert kept.changed == {9}
