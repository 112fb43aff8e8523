"""Projects as pages and the API show them."""

from sqlalchemy import Connection

from shortlist.access.actions import GROUP_ACTIONS, PROJECT_ACTIONS, Action
from shortlist.access.policy import Outcome, decide
from shortlist.access.scope import Actor, GroupFacts, GroupScope, ProjectFacts, Scope
from shortlist.http.endpoint import Call
from shortlist.projects import service as projects
from shortlist.projects.types import Project, ProjectQuery
from shortlist.tracking import store_experiments
from shortlist.web import wire

_MOST_IN_GROUP = 1000


def project_of(connection: Connection, scope: Scope) -> wire.Project:
    """The project of a scope, with its counts."""
    return shown(connection, scope.actor, projects.get(connection, scope.actor, scope.project_id))


def project_list(call: Call, connection: Connection, *, deleted: bool = False) -> wire.ProjectList:
    """The projects that the caller may see, with their counts; or those of them that wait for their deletion."""
    found = projects.visible(connection, call.actor, deleted=deleted)
    return wire.ProjectList([shown(connection, call.actor, item) for item in found])


def of_group(connection: Connection, scope: GroupScope) -> wire.ProjectList:
    """The projects in a group, those of the groups below it left out, by path."""
    query = ProjectQuery(namespace_ids=(scope.group.id,), order="path", descending=False, deleted=scope.group.deleted)
    found, _ = projects.page(connection, scope.actor, query, _MOST_IN_GROUP)
    return wire.ProjectList([shown(connection, scope.actor, item) for item in found])


def shown(connection: Connection, actor: Actor, item: Project) -> wire.Project:
    """A project with its counts, where the caller may see them."""
    facts = projects.facts(item)
    experiments, candidates, last_activity = 0, 0, None
    if _allowed(actor, Action.EXPERIMENT_READ, facts):
        scope = Scope(actor=actor, action=Action.EXPERIMENT_READ, project=facts)
        experiments, candidates, last_activity = store_experiments.totals(connection, scope)
    return wire.Project(
        id=item.id,
        full_path=item.full_path,
        name=item.name,
        description=item.description,
        visibility=item.visibility.value,
        role=None if item.role is None else item.role.name.lower(),
        can_write=_allowed(actor, Action.EXPERIMENT_WRITE, facts),
        rights=rights(actor, facts),
        archived=item.archived,
        deleted_at=item.deleted_at,
        experiments=experiments,
        candidates=candidates,
        last_activity_at=last_activity,
    )


def rights(actor: Actor, place: ProjectFacts | GroupFacts) -> list[str]:
    """The actions that the caller may take in a project or group, by name."""
    actions = PROJECT_ACTIONS if isinstance(place, ProjectFacts) else GROUP_ACTIONS
    return sorted(action.value for action in actions if _allowed(actor, action, place))


def _allowed(actor: Actor, action: Action, place: ProjectFacts | GroupFacts) -> bool:
    return decide(actor, action, place).outcome is Outcome.ALLOWED
