"""The rule by which the suite judges every statement that it sends (`tests/statements.py`)."""

import pytest
from sqlalchemy import text

from shortlist.db import purge
from shortlist.db.database import Database
from tests.statements import gathered, is_limited


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT iid FROM candidate WHERE candidate.project_id = ? AND iid = ?",
        "SELECT key FROM param WHERE project_id = ANY (%(ids)s::BIGINT[])",
        "SELECT key FROM param WHERE project_id = ? AND (key = ? OR value = ?)",
        "SELECT id FROM user_account WHERE username = ?",
        "SELECT c.iid FROM candidate c JOIN param p ON p.project_id = c.project_id WHERE c.project_id = %(i)s::INT",
        "SELECT 1 FROM candidate c LEFT JOIN param p ON p.project_id = c.project_id WHERE c.project_id = ?",
        "SELECT candidate.iid FROM candidate JOIN project ON project.id = candidate.project_id WHERE project.id = ?",
        (
            "WITH best AS (SELECT project_id FROM candidate WHERE project_id = ?) "
            "SELECT param.key FROM param JOIN best ON best.project_id = param.project_id"
        ),
        (
            "SELECT 1 FROM param p WHERE project_id = ? "
            "AND EXISTS (SELECT 1 FROM candidate c WHERE c.project_id = p.project_id)"
        ),
        (
            "SELECT s.name FROM (SELECT i.project_id AS project_id, d.name AS name FROM dataset_input i "
            "JOIN dataset d ON d.project_id = i.project_id) AS s "
            "JOIN candidate c ON s.project_id = c.project_id WHERE c.project_id = ?"
        ),
        (
            "SELECT 1 FROM candidate c WHERE c.project_id = ? AND NOT EXISTS "
            "(SELECT 1 FROM param p WHERE p.project_id = ? AND p.project_id = c.project_id OFFSET 0)"
        ),
        "UPDATE candidate SET name = ? WHERE project_id = ? AND iid = ?",
        "DELETE FROM candidate WHERE (candidate.project_id, candidate.iid) IN ((?, ?), (?, ?))",
        (
            "INSERT INTO param (project_id, key) VALUES (?, ?), (?, ?) "
            "ON CONFLICT (project_id, key) DO UPDATE SET value = excluded.value WHERE param.value != excluded.value"
        ),
        "SELECT count(*) FROM candidate WHERE false",
        "SELECT count(*) FROM candidate WHERE 0 = 1",
        "CREATE TABLE param (key TEXT)",
    ],
)
def test_a_statement_that_carries_the_project_passes(statement: str) -> None:
    assert is_limited(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT project_id, iid FROM candidate WHERE iid = ?",
        "SELECT 1 FROM candidate WHERE project_id = ? OR iid = ?",
        "SELECT 1 FROM candidate WHERE NOT project_id = ?",
        "SELECT 1 FROM candidate WHERE project_id > ?",
        "SELECT 1 FROM candidate WHERE project_id = project_id",
        "SELECT 1 FROM candidate WHERE project_id = iid",
        "SELECT c.iid FROM candidate AS c JOIN param ON param.candidate_iid = c.iid WHERE c.project_id = ?",
        "SELECT c.iid FROM candidate AS c JOIN param ON param.project_id = c.project_id",
        "SELECT 1 FROM candidate c LEFT JOIN param p ON p.project_id = c.project_id AND c.project_id = ?",
        "SELECT (SELECT count(*) FROM param) FROM candidate WHERE project_id = ?",
        "SELECT 1 FROM (SELECT project_id FROM param LIMIT 5) AS s WHERE s.project_id = ?",
        (
            "SELECT 1 FROM (SELECT i.project_id AS project_id FROM dataset_input i "
            "JOIN dataset d ON d.id = i.dataset_id) AS s WHERE s.project_id = ?"
        ),
        (
            "SELECT 1 FROM param p WHERE EXISTS "
            "(SELECT 1 FROM candidate c WHERE c.project_id = p.project_id AND c.project_id = ?)"
        ),
        (
            "WITH best AS (SELECT project_id FROM candidate) "
            "SELECT param.key FROM param JOIN best ON best.project_id = param.project_id"
        ),
        (
            "SELECT 1 FROM candidate c WHERE c.project_id = ? AND NOT EXISTS "
            "(SELECT 1 FROM param p WHERE p.project_id = c.project_id OFFSET 0)"
        ),
        (
            "SELECT 1 FROM candidate WHERE (project_id, iid) IN (SELECT project_id, candidate_iid FROM param WHERE "
            "project_id = %s INTERSECT SELECT project_id, candidate_iid FROM metadata WHERE project_id = %s)"
        ),
        "UPDATE candidate SET project_id = ? WHERE iid = ?",
        "DELETE FROM candidate",
        "INSERT INTO param (key) VALUES (?)",
        "INSERT INTO param (project_id, key) SELECT project_id, key FROM metadata WHERE key = ?",
        "INSERT INTO param (project_id, key) VALUES (?, ?) ON CONFLICT (key) DO NOTHING",
    ],
)
def test_a_statement_that_forgets_the_project_is_seen(statement: str) -> None:
    assert not is_limited(statement)


def test_what_the_program_sends_is_known_with_its_sender_and_what_a_test_sends_is_not(database: Database) -> None:
    with gathered() as sent:
        database.write_now(lambda connection: purge.purge_person(connection, 1))
        database.write_now(lambda connection: connection.execute(text("DELETE FROM star")))
    assert set(sent.senders.values()) == {"db.purge.purge_person"}
    assert sent.unlimited() == []
