"""SQL on trusted publishers and on where candidates came from."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, update

from shortlist.access.roles import Role
from shortlist.db.dialect import among, insert, upsert
from shortlist.provenance.tables import candidate_origin, trusted_publisher
from shortlist.provenance.types import SEARCHED, Facts, Origin, Publisher

_PUBLISHER = tuple(trusted_publisher.c[name] for name in Publisher.__struct_fields__)


def add_publisher(connection: Connection, project_id: int, values: Mapping[str, Any]) -> None:
    connection.execute(trusted_publisher.insert().values(project_id=project_id, **values))


def publishers(connection: Connection, project_id: int) -> list[Publisher]:
    """The rules of a project, by id."""
    statement = select(*_PUBLISHER).where(trusted_publisher.c.project_id == project_id)
    return [_publisher(row) for row in connection.execute(statement.order_by(trusted_publisher.c.id))]


def issuers_in_use(connection: Connection) -> set[str]:
    """The issuers that the rules of any project name; for those who look after the server."""
    return set(connection.execute(select(trusted_publisher.c.issuer).distinct()).scalars())


def publishers_for(connection: Connection, issuer: str, ci_project: str) -> list[Publisher]:
    """The rules of every project for an issuer and a CI project, in any capitals."""
    statement = select(*_PUBLISHER).where(
        trusted_publisher.c.issuer == issuer, trusted_publisher.c.ci_project_key == ci_project.lower()
    )
    statement = statement.order_by(trusted_publisher.c.project_id, trusted_publisher.c.id)
    return [_publisher(row) for row in connection.execute(statement)]


def remove_publisher(connection: Connection, project_id: int, publisher_id: int) -> None:
    here = trusted_publisher.c
    connection.execute(delete(trusted_publisher).where(here.project_id == project_id, here.id == publisher_id))


def note_use(connection: Connection, project_id: int, publisher_id: int, now: int, ci_project_id: str) -> None:
    """A rule was used; its first use pins the CI project's own id, where the token names one."""
    here = trusted_publisher.c
    rule = (here.project_id == project_id, here.id == publisher_id)
    connection.execute(update(trusted_publisher).where(*rule).values(last_used_at=now))
    if ci_project_id:
        unpinned = update(trusted_publisher).where(*rule, here.ci_project_id == "")
        connection.execute(unpinned.values(ci_project_id=ci_project_id))


def _publisher(row: Any) -> Publisher:
    values = dict(zip(Publisher.__struct_fields__, row, strict=True))
    values["role"] = Role(values["role"])
    return Publisher(**values)


def add_origin(connection: Connection, project_id: int, iid: int, origin: Origin) -> None:
    """Note where a candidate came from, where nothing is noted yet."""
    values = _origin_values(project_id, iid, origin)
    connection.execute(insert(connection, candidate_origin).on_conflict_do_nothing(), [values])


def put_origin(connection: Connection, project_id: int, iid: int, origin: Origin) -> None:
    upsert(connection, candidate_origin, [_origin_values(project_id, iid, origin)])


def remove_origin(connection: Connection, project_id: int, iid: int) -> None:
    here = candidate_origin.c
    connection.execute(delete(candidate_origin).where(here.project_id == project_id, here.candidate_iid == iid))


def origins(connection: Connection, project_id: int, iids: Sequence[int]) -> dict[int, Origin]:
    """Where candidates came from, by iid, of those of which something is known. One statement."""
    here = candidate_origin.c
    statement = select(
        here.candidate_iid, here.facts, here.proven, here.issuer, here.publisher_id, here.token_id, here.recorded_at
    ).where(here.project_id == project_id, among(connection, here.candidate_iid, iids))
    return {
        row.candidate_iid: Origin(
            facts=msgspec.json.decode(row.facts, type=Facts),
            proven=frozenset(row.proven.split()),
            issuer=row.issuer,
            publisher_id=row.publisher_id,
            token_id=row.token_id,
            recorded_at=row.recorded_at,
        )
        for row in connection.execute(statement)
    }


def _origin_values(project_id: int, iid: int, origin: Origin) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "candidate_iid": iid,
        **{name: getattr(origin.facts, name) or None for name in SEARCHED},
        "verified": origin.verified.value,
        "issuer": origin.issuer,
        "publisher_id": origin.publisher_id,
        "token_id": origin.token_id,
        "facts": msgspec.json.encode(origin.facts).decode(),
        "proven": " ".join(sorted(origin.proven)),
        "recorded_at": origin.recorded_at,
    }
