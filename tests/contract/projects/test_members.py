"""Whether a membership is made where there is one already."""

import pytest
from sqlalchemy import Connection

from shortlist.access.roles import Role, Visibility
from shortlist.access.scope import SERVER, ProjectFacts
from shortlist.clock import now_ms
from shortlist.db.database import Database
from shortlist.errors import AlreadyExists
from shortlist.identity import accounts
from shortlist.identity.accounts import NewAccount
from shortlist.projects import members, service, store_members
from shortlist.projects.types import NewProject


def test_a_membership_is_made_again_only_when_its_time_is_over(database: Database) -> None:
    def people(connection: Connection) -> tuple[ProjectFacts, int]:
        owner, user = (accounts.create(connection, SERVER, NewAccount(username=name)) for name in ("owner", "user"))
        home = service.ensure_user_namespace(connection, owner)
        new = NewProject(path="model", visibility=Visibility.PRIVATE)
        return service.facts(service.create_in(connection, SERVER, home, new)), user.id

    place, user = database.write_now(people)

    def expired(connection: Connection) -> None:
        values = {"project_id": place.id, "user_id": user, "role": Role.GUEST, "created_at": 1}
        store_members.put(connection, {**values, "expires_at": now_ms() - 1})

    def added(role: Role) -> Role:
        return database.write_now(lambda connection: members.add(connection, SERVER, place, user, role)).role

    database.write_now(expired)
    assert added(Role.MAINTAINER) is Role.MAINTAINER
    with pytest.raises(AlreadyExists):
        added(Role.REPORTER)
    assert database.read_now(lambda connection: members.get(connection, place, user)).role is Role.MAINTAINER
