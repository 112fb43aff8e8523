"""A project with candidates to log to, and the scope to do it in."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, insert

from shortlist.access.actions import Action
from shortlist.access.roles import FeatureAccess, Role, Visibility
from shortlist.access.scope import Actor, ProjectFacts, Scope
from shortlist.db.database import Database
from shortlist.tracking.tables import candidate, experiment

PROJECT = 7
START = 1_700_000_000_000


def scope_of(project_id: int) -> Scope:
    facts = ProjectFacts(
        id=project_id,
        full_path=f"team/project-{project_id}",
        name="project",
        visibility=Visibility.PRIVATE,
        model_experiments_access=FeatureAccess.PUBLIC,
        least_writing_role=Role.REPORTER,
        archived=False,
        role=Role.OWNER,
    )
    return Scope(Actor(1, "ada", "Ada"), Action.EXPERIMENT_WRITE, facts)


def external_id(iid: int) -> str:
    return f"{iid:032x}"


def add_candidates(database: Database, project_id: int, iids: range, experiment_iid: int = 1) -> None:
    """Candidates in one experiment, made the short way: this folder tests metrics."""

    def work(connection: Connection) -> None:
        common = {"project_id": project_id, "note": "", "created_at": 0, "updated_at": 0}
        connection.execute(
            insert(experiment), [common | {"iid": experiment_iid, "name": f"experiment {experiment_iid}"}]
        )
        connection.execute(
            insert(candidate),
            [
                common
                | {
                    "iid": iid,
                    "external_id": external_id(iid),
                    "experiment_iid": experiment_iid,
                    "name": f"candidate {iid}",
                    "status": "running",
                    "start_time": START,
                    "user_name": "ada",
                }
                for iid in iids
            ],
        )

    database.write_now(work)


@pytest.fixture
def scope(database: Database) -> Scope:
    """The scope of a project whose experiment 1 has the candidates 1 to 9."""
    add_candidates(database, PROJECT, range(1, 10))
    return scope_of(PROJECT)


@pytest.fixture
def statements(database: Database) -> Callable[[Callable[[Connection], object]], int]:
    """Counts the statements that a reader's work sends."""

    def count(work: Callable[[Connection], object]) -> int:
        from sqlalchemy import event  # noqa: PLC0415

        seen: list[str] = []

        def note(_c: object, _k: object, text: str, *_rest: object) -> None:
            seen.append(text)

        event.listen(database.engine, "before_cursor_execute", note)
        database.read_now(work)
        event.remove(database.engine, "before_cursor_execute", note)
        return len([text for text in seen if not text.startswith("BEGIN")])

    return count
