"""Two changes of people and places at once on PostgreSQL, each of which alone would be right."""

import msgspec
import pytest
from sqlalchemy import Connection

from shortlist.access.roles import Role, Visibility
from shortlist.access.scope import SERVER, Author
from shortlist.db.database import Database
from shortlist.errors import AlreadyExists, PermissionDenied
from shortlist.identity import accounts, store
from shortlist.identity.accounts import AccountChange, NewAccount
from shortlist.identity.types import User
from shortlist.projects import groups, members, service
from shortlist.projects.types import Group, GroupChange, NewGroup, NewProject, Project, ProjectChange
from tests.at_once import Work, second_of

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])


def account(database: Database, username: str, *, administrator: bool = False, email: str | None = None) -> User:
    new = NewAccount(username=username, administrator=administrator, email=email)

    def work(connection: Connection) -> User:
        made = accounts.create(connection, SERVER, new)
        service.ensure_user_namespace(connection, made)
        return made

    return database.write_now(work)


def author(user: User) -> Author:
    return Author(service.actor_of(user))


def group(database: Database, owner: User, path: str = "team") -> Group:
    new = NewGroup(path=path, visibility=Visibility.PRIVATE)
    return database.write_now(lambda connection: groups.create(connection, author(owner), new))


def project_in(path: str, home: Group, owner: User) -> Work:
    new = NewProject(path=path, visibility=Visibility.PRIVATE)
    return lambda connection: service.create_in(connection, author(owner), home.namespace, new)


def test_two_administrators_cannot_demote_each_other(database: Database) -> None:
    one, other = (account(database, name, administrator=True) for name in ("one", "other"))

    def demote(user: User) -> Work:
        return lambda connection: accounts.change(connection, SERVER, user, AccountChange(administrator=False))

    with pytest.raises(PermissionDenied, match="last administrator"):
        second_of(database, demote(one), demote(other)).result()
    assert database.read_now(store.users)[1].administrator


def test_two_owners_cannot_leave_a_group_without_any(database: Database) -> None:
    one, other = (account(database, name) for name in ("one", "other"))
    made = group(database, one)
    place = groups.facts(made)
    database.write_now(lambda connection: members.add(connection, SERVER, place, other.id, Role.OWNER))

    def leave(user: User) -> Work:
        return lambda connection: members.remove(connection, SERVER, place, user.id)

    with pytest.raises(PermissionDenied, match="no owner"):
        second_of(database, leave(one), leave(other)).result()


@pytest.mark.parametrize("change", ["added", "changed", "removed"])
def test_a_role_that_was_given_meanwhile_is_not_taken_by_whoever_may_not(database: Database, change: str) -> None:
    owner, maintainer, user = (account(database, name) for name in ("owner", "maintainer", "user"))
    made = group(database, owner)
    place = groups.facts(made)
    below = msgspec.structs.replace(place, role=Role.MAINTAINER)

    def raised(connection: Connection) -> None:
        if change == "added":
            members.add(connection, SERVER, place, user.id, Role.OWNER)
        else:
            members.change(connection, SERVER, place, user.id, Role.OWNER)

    def lowered(connection: Connection) -> None:
        match change:
            case "added":
                members.add(connection, author(maintainer), below, user.id, Role.GUEST)
            case "changed":
                members.change(connection, author(maintainer), below, user.id, Role.GUEST)
            case _:
                members.remove(connection, author(maintainer), below, user.id)

    if change != "added":
        database.write_now(lambda connection: members.add(connection, SERVER, place, user.id, Role.REPORTER))
    with pytest.raises(AlreadyExists if change == "added" else PermissionDenied):
        second_of(database, raised, lowered).result()
    assert database.read_now(lambda connection: members.get(connection, place, user.id)).role is Role.OWNER


def test_an_address_of_two_accounts_is_refused(database: Database) -> None:
    one = account(database, "one")

    def take(connection: Connection) -> None:
        accounts.change(connection, SERVER, one, AccountChange(email="Same@example.com"))

    def create(connection: Connection) -> None:
        accounts.create(connection, SERVER, NewAccount(username="other", email="same@example.com"))

    with pytest.raises(AlreadyExists):
        second_of(database, take, create).result()


def test_a_username_is_taken_in_any_capitals(database: Database) -> None:
    def create(username: str) -> Work:
        return lambda connection: accounts.create(connection, SERVER, NewAccount(username=username))

    with pytest.raises(AlreadyExists):
        second_of(database, create("somebody"), create("Somebody")).result()


def test_a_group_and_a_project_do_not_take_the_same_path(database: Database) -> None:
    one = account(database, "one")
    home = group(database, one)
    new = NewGroup(path="Same", parent_id=home.namespace.id)

    def below(connection: Connection) -> None:
        groups.create(connection, SERVER, new)

    with pytest.raises(AlreadyExists):
        second_of(database, project_in("same", home, one), below).result()


def test_a_project_that_is_made_while_its_group_is_renamed_has_the_new_path(database: Database) -> None:
    one = account(database, "one")
    home = group(database, one)

    def rename(connection: Connection) -> None:
        groups.change(connection, SERVER, home.namespace, GroupChange(path="crew"))

    second_of(database, rename, project_in("model", home, one)).result()
    assert [item.full_path for item in database.read_now(_projects)] == ["crew/model"]


def test_a_project_that_is_renamed_while_its_group_is_has_both_new_names(database: Database) -> None:
    one = account(database, "one")
    home = group(database, one)
    database.write_now(project_in("model", home, one))
    [made] = database.read_now(_projects)

    def rename(connection: Connection) -> None:
        groups.change(connection, SERVER, home.namespace, GroupChange(path="crew"))

    def rename_project(connection: Connection) -> None:
        service.change(connection, SERVER, made, ProjectChange(path="better"))

    second_of(database, rename, rename_project).result()
    assert [item.full_path for item in database.read_now(_projects)] == ["crew/better"]


def _projects(connection: Connection) -> list[Project]:
    return service.visible(connection, SERVER.actor)
