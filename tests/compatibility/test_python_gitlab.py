"""python-gitlab, unmodified, against a live server: everything that it offers for people, projects and access."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gitlab
import pytest
from gitlab.const import AccessLevel
from gitlab.exceptions import (
    GitlabAuthenticationError,
    GitlabCreateError,
    GitlabDeleteError,
    GitlabGetError,
    GitlabHttpError,
    GitlabListError,
    GitlabUpdateError,
)

from shortlist import __version__
from tests.live import PASSWORD, TOKEN, LiveServer, live_server

LATER = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
GONE = "2020-01-01"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(Path(tmp_path_factory.mktemp("python-gitlab"))) as running:
        yield running


@pytest.fixture
def root(server: LiveServer) -> Iterator[gitlab.Gitlab]:
    with gitlab.Gitlab(server.url, private_token=TOKEN) as client:
        yield client


def ask(client: gitlab.Gitlab, path: str) -> dict[str, Any]:
    answer = client.http_get(path)
    assert isinstance(answer, dict)
    return answer


_made = iter(range(1, 10_000))


def person(root: gitlab.Gitlab, server: LiveServer) -> tuple[int, gitlab.Gitlab]:
    """A new user's id, and a client with a token of theirs."""
    name = f"person{next(_made)}"
    user = root.users.create(
        {"email": f"{name}@example.com", "username": name, "name": name.title(), "password": "a long password"}
    )
    token = user.personal_access_tokens.create({"name": "test", "scopes": ["api"]})
    return user.id, gitlab.Gitlab(server.url, oauth_token=token.token)


def test_the_client_signs_in_with_each_kind_of_header(server: LiveServer, root: gitlab.Gitlab) -> None:
    root.auth()
    assert root.user is not None
    assert (root.user.username, root.user.is_admin) == ("root", True)
    for client in (
        gitlab.Gitlab(server.url, oauth_token=TOKEN),
        gitlab.Gitlab(server.url, job_token=TOKEN),
        gitlab.Gitlab(server.url, http_username="root", http_password=PASSWORD),
        gitlab.Gitlab(server.url, http_username="anything", http_password=TOKEN),
    ):
        assert ask(client, "/user")["username"] == "root"
    with pytest.raises(GitlabAuthenticationError):
        gitlab.Gitlab(server.url, private_token="wrong").auth()


def test_version_and_metadata(root: gitlab.Gitlab) -> None:
    assert root.version()[0] == __version__
    assert ask(root, "/metadata")["enterprise"] is False


def test_the_instances_settings(root: gitlab.Gitlab, server: LiveServer) -> None:
    settings = root.settings.get()
    assert (settings.signup_enabled, settings.restricted_visibility_levels) == (False, [])
    settings.restricted_visibility_levels = ["public"]
    settings.max_file_bytes = 2**33
    settings.save()
    try:
        assert root.settings.get().max_file_bytes == 2**33
        _, owner = person(root, server)
        with pytest.raises(GitlabCreateError, match="restricted"):
            owner.projects.create({"name": "open", "visibility": "public"})
        with pytest.raises(GitlabUpdateError, match="403"):
            owner.settings.update(None, {"signup_enabled": True})
    finally:
        root.settings.update(None, {"restricted_visibility_levels": [], "max_file_bytes": None})
    assert root.settings.get().max_file_bytes is None


def test_users_are_created_found_blocked_and_deleted(root: gitlab.Gitlab, server: LiveServer) -> None:
    user_id, client = person(root, server)
    user = root.users.get(user_id)
    assert [found.id for found in root.users.list(username=user.username)] == [user_id]
    assert user_id in [found.id for found in root.users.list(search=user.username[:6], get_all=True)]
    user.name = "Another Name"
    user.save()
    assert ask(client, "/user")["name"] == "Another Name"
    with pytest.raises(GitlabCreateError):
        root.users.create({"email": "x@x.org", "username": user.username, "name": "x", "password": "long enough"})
    assert user.block()
    with pytest.raises(GitlabAuthenticationError):
        client.auth()
    assert user.unblock()
    client.auth()
    with pytest.raises(GitlabCreateError):
        client.users.create({"email": "y@example.com", "username": "y", "name": "y", "password": "long enough"})
    root.users.delete(user_id)
    with pytest.raises(GitlabGetError):
        root.users.get(user_id)
    with pytest.raises(GitlabAuthenticationError):
        client.auth()


def test_personal_access_tokens(root: gitlab.Gitlab, server: LiveServer) -> None:
    user_id, client = person(root, server)
    own = client.personal_access_tokens.get("self")
    assert (own.name, own.scopes, own.active) == ("test", ["api"], True)
    with pytest.raises(GitlabCreateError):
        root.users.get(user_id, lazy=True).personal_access_tokens.create(
            {"name": "t", "scopes": ["api"], "expires_at": GONE}
        )
    other = root.users.get(user_id, lazy=True).personal_access_tokens.create(
        {"name": "reads", "scopes": ["read_api"], "expires_at": LATER}
    )
    assert other.expires_at == LATER
    reader = gitlab.Gitlab(server.url, private_token=other.token)
    reader.auth()
    with pytest.raises(GitlabCreateError, match="403"):
        reader.projects.create({"name": "not with this token"})
    assert {item.id for item in client.personal_access_tokens.list(get_all=True)} == {own.id, other.id}
    assert other.id in {item.id for item in root.personal_access_tokens.list(user_id=user_id, get_all=True)}
    rotated = client.personal_access_tokens.get(other.id)
    rotated.rotate()
    with pytest.raises(GitlabAuthenticationError):
        reader.auth()
    gitlab.Gitlab(server.url, private_token=rotated.token).auth()
    with pytest.raises(GitlabGetError):
        person(root, server)[1].personal_access_tokens.get(rotated.id)
    root.personal_access_tokens.delete(rotated.id)
    client.personal_access_tokens.get("self").rotate(self_rotate=True)
    with pytest.raises(GitlabAuthenticationError):
        client.auth()


def test_projects_from_creation_to_restoration(root: gitlab.Gitlab, server: LiveServer) -> None:
    _, client = person(root, server)
    client.auth()
    assert client.user is not None
    project = client.projects.create({"name": "Bird Songs", "description": "about birds", "visibility": "internal"})
    assert project.path_with_namespace == f"{client.user.username}/bird-songs"
    assert project.namespace["kind"] == "user"
    assert project.permissions["project_access"]["access_level"] == 50
    assert client.projects.get(project.path_with_namespace).id == project.id
    with pytest.raises(GitlabCreateError):
        client.projects.create({"name": "Bird Songs"})
    project.name, project.model_experiments_access_level = "Whales", "private"
    project.save()
    found = client.projects.get(project.id)
    assert (found.name, found.model_experiments_access_level) == ("Whales", "private")
    for filters in ({"search": "whale"}, {"owned": True}, {"membership": True}, {"visibility": "internal"}):
        listed = client.projects.list(get_all=True, query_parameters=filters)
        assert project.id in [item.id for item in listed], filters
    assert client.projects.list(visibility="public") == []
    project.archive()
    assert client.projects.get(project.id).archived is True
    project.unarchive()
    project.delete()
    _, stranger = person(root, server)
    with pytest.raises(GitlabGetError, match="404"):
        stranger.projects.get(project.id)
    assert client.projects.get(project.id).marked_for_deletion_on is not None
    project.restore()
    assert stranger.projects.get(project.id).name == "Whales"
    with pytest.raises(GitlabDeleteError, match="403"):
        stranger.projects.delete(project.id)


def test_pages_are_followed(root: gitlab.Gitlab, server: LiveServer) -> None:
    _, client = person(root, server)
    made = [client.projects.create({"path": f"p{number}"}).id for number in range(5)]
    listed = client.projects.list(owned=True, per_page=2, order_by="id", sort="asc", iterator=True)
    assert [item.id for item in listed] == made
    answer = client.http_request("get", "/projects", query_data={"owned": True, "per_page": 2, "page": 3})
    names = ("x-total", "x-total-pages", "x-page", "x-per-page", "x-next-page", "x-prev-page")
    assert [answer.headers[name] for name in names] == ["5", "3", "3", "2", "", "2"]
    assert 'rel="prev"' in answer.headers["link"]
    assert 'rel="next"' not in answer.headers["link"]


def test_groups_hand_their_roles_down(root: gitlab.Gitlab, server: LiveServer) -> None:
    _, owner = person(root, server)
    member_id, member = person(root, server)
    name = f"group{next(_made)}"
    group = owner.groups.create({"name": name.title(), "path": name})
    below = owner.groups.create({"name": "Below", "path": "below", "parent_id": group.id})
    project = owner.projects.create({"name": "inside", "namespace_id": below.id})
    assert project.path_with_namespace == f"{name}/below/inside"
    with pytest.raises(GitlabGetError, match="404"):
        member.projects.get(project.id)
    group.members.create({"user_id": member_id, "access_level": AccessLevel.REPORTER})
    seen = member.projects.get(project.path_with_namespace)
    assert seen.permissions["group_access"]["access_level"] == 20
    assert [item.id for item in member.groups.get(group.full_path).subgroups.list()] == [below.id]
    assert [item.id for item in below.projects.list()] == [project.id]
    assert member_id in [item.id for item in project.members_all.list(get_all=True)]
    assert project.members.list() == []
    group.description = "for everything"
    group.save()
    assert member.groups.get(group.id).description == "for everything"
    with pytest.raises(GitlabUpdateError, match="403"):
        member.groups.update(group.id, {"name": "mine"})
    below.path = "beneath"
    below.save()
    assert member.projects.get(project.id).path_with_namespace == f"{name}/beneath/inside"
    group.delete()
    with pytest.raises(GitlabGetError, match="404"):
        member.projects.get(project.id)
    with pytest.raises(GitlabDeleteError):
        group.delete()
    group.restore()
    assert group.id in [item.id for item in owner.groups.list(owned=True)]
    assert member.projects.get(project.id).path_with_namespace == f"{name}/beneath/inside"


def test_members_are_added_changed_and_removed(root: gitlab.Gitlab, server: LiveServer) -> None:
    _, owner = person(root, server)
    user_id, user = person(root, server)
    project = owner.projects.create({"name": "team"})
    member = project.members.create({"user_id": user_id, "access_level": 30, "expires_at": LATER})
    assert (member.access_level, member.expires_at) == (30, LATER)
    assert project.members.get(user_id).username == member.username
    with pytest.raises(GitlabCreateError, match="409"):
        project.members.create({"user_id": user_id, "access_level": 30})
    member.access_level = 40
    member.save()
    assert project.members.get(user_id).access_level == 40
    mine = user.projects.get(project.id)
    with pytest.raises(GitlabUpdateError, match="403"):
        mine.members.update(user_id, {"access_level": 50})
    owner.auth()
    assert owner.user is not None
    with pytest.raises(GitlabDeleteError, match="403"):
        mine.members.delete(owner.user.id)
    member.delete()
    with pytest.raises(GitlabGetError, match="404"):
        user.projects.get(project.id)


def test_access_tokens_of_projects_and_groups(root: gitlab.Gitlab, server: LiveServer) -> None:
    _, owner = person(root, server)
    group = owner.groups.create({"name": f"bots{next(_made)}", "path": f"bots{next(_made)}"})
    project = owner.projects.create({"name": "robots", "namespace_id": group.id})
    for place in (project, group):
        token = place.access_tokens.create({"name": "ci", "scopes": ["api"], "access_level": 20, "expires_at": LATER})
        assert token.access_level == 20
        bot = gitlab.Gitlab(server.url, private_token=token.token)
        bot.auth()
        assert bot.user is not None
        assert bot.user.bot
        assert bot.projects.get(project.id).id == project.id
        with pytest.raises(GitlabCreateError, match="403"):
            bot.projects.create({"name": "outside"})
        with pytest.raises(GitlabUpdateError, match="403"):
            bot.projects.update(project.id, {"name": "mine"})
        listed = place.access_tokens.get(token.id)
        assert (listed.name, listed.scopes, listed.expires_at, listed.active) == ("ci", ["api"], LATER, True)
        assert listed.last_used_at is not None
        listed.rotate()
        with pytest.raises(GitlabAuthenticationError):
            bot.auth()
        gitlab.Gitlab(server.url, private_token=listed.token).auth()
        place.access_tokens.delete(listed.id)
        assert [item.active for item in place.access_tokens.list(get_all=True)] == [False, False]


def test_deploy_tokens_reach_packages_only(root: gitlab.Gitlab, server: LiveServer) -> None:
    _, owner = person(root, server)
    project = owner.projects.create({"name": "released"})
    token = project.deploytokens.create({"name": "reader", "scopes": ["read_package_registry"]})
    client = gitlab.Gitlab(server.url, private_token=token.token)
    with pytest.raises(GitlabHttpError, match="insufficient_scope") as refused:
        client.http_get("/user")
    assert refused.value.response_code == 403
    with pytest.raises(GitlabCreateError, match="400"):
        project.deploytokens.create({"name": "writer", "scopes": ["api"]})
    assert [item.name for item in project.deploytokens.list()] == ["reader"]
    assert token.id in [item.id for item in root.deploytokens.list(get_all=True)]
    project.deploytokens.delete(token.id)
    assert project.deploytokens.get(token.id).revoked is True


def test_projects_are_transferred(root: gitlab.Gitlab, server: LiveServer) -> None:
    _, owner = person(root, server)
    name = f"target{next(_made)}"
    group = owner.groups.create({"name": name, "path": name})
    project = owner.projects.create({"name": "mover"})
    project.transfer(group.full_path)
    assert owner.projects.get(project.id).path_with_namespace == f"{name}/mover"
    assert {item.full_path for item in owner.namespaces.list()} >= {name}


def test_audit_events_say_who_did_what(root: gitlab.Gitlab, server: LiveServer) -> None:
    _, owner = person(root, server)
    user_id, user = person(root, server)
    project = owner.projects.create({"name": "watched"})
    project.members.create({"user_id": user_id, "access_level": 40})
    events = project.audit_events.list(get_all=True)
    assert [event.event_name for event in events] == ["member:add", "project:create"]
    assert events[0].details["role"] == "maintainer"
    assert events[0].details["author_credential"] == "token"
    with pytest.raises(GitlabListError, match="403"):
        user.projects.get(project.id).audit_events.list()
    assert root.audit_events.list(per_page=1, get_all=False)[0].event_name == "member:add"
    exported = owner.http_request("get", f"/projects/{project.id}/audit_events/export")
    lines = exported.text.splitlines()
    assert lines[0].startswith("id,created_at,user_id")
    assert len(lines) == 3
