"""The browser's operations on experiments."""

from sqlalchemy import Connection

from shortlist.http.endpoint import Call
from shortlist.ranking import service as ranking
from shortlist.search import fresh
from shortlist.tracking import experiments
from shortlist.web import answers, operations, translate, views, wire, wire_answer
from shortlist.web.wire_leaders import LeaderList, LeaderQuery

_ONE = "/experiments/{experiment}"


def list_experiments(call: Call, connection: Connection, request: wire.ExperimentQuery) -> wire.ExperimentList:
    """List experiments with their counts, the one with the latest activity first."""
    return views.experiment_list(connection, call.project, request)


def get(call: Call, connection: Connection, request: wire.ExperimentPath) -> wire.Experiment:
    """Get an experiment with its counts."""
    return views.experiment(connection, call.project, request.experiment)


def columns(call: Call, connection: Connection, request: wire.ExperimentPath) -> wire.ColumnList:
    """List the metrics, parameters and metadata that candidates of an experiment have."""
    return views.columns(connection, call.project, request.experiment)


async def answer(call: Call, request: wire.ExperimentPath) -> wire_answer.Answer:
    """Tell which candidate of an experiment is best, by how much, and how sure that is."""
    return await views.answer(call.services, call.project, request.experiment)


async def leaders(call: Call, request: LeaderQuery) -> LeaderList:
    """Tell the best candidate of each of several experiments, and how the best value grew."""
    return await fresh.folded(
        call.services.database,
        call.services.folder,
        call.project,
        request.experiments,
        lambda connection: answers.leaders(connection, call.project, request.experiments),
    )


async def set_goal(call: Call, request: wire_answer.GoalChange) -> wire_answer.Answer:
    """Set what candidates of an experiment are compared by."""
    wanted = translate.goal_of(request)
    await call.services.database.write(
        lambda connection: ranking.set_goal(connection, call.project, request.experiment, wanted)
    )
    return await views.answer(call.services, call.project, request.experiment)


async def forget_goal(call: Call, request: wire.ExperimentPath) -> wire_answer.Answer:
    """Go back to the goal that is guessed from the names of the metrics."""
    await call.services.database.write(
        lambda connection: ranking.forget_goal(connection, call.project, request.experiment)
    )
    return await views.answer(call.services, call.project, request.experiment)


async def create(call: Call, request: wire.ExperimentCreate) -> wire.Experiment:
    """Create an experiment."""

    def work(connection: Connection) -> wire.Experiment:
        record = experiments.create(connection, call.project, request.name, {})
        if request.note:
            experiments.set_note(connection, call.project, record.iid, request.note)
        return views.experiment(connection, call.project, record.iid)

    return await call.services.database.write(work)


async def change(call: Call, request: wire.ExperimentChange) -> wire.Experiment:
    """Rename an experiment or change its note."""

    def work(connection: Connection) -> wire.Experiment:
        if request.name is not None:
            experiments.rename(connection, call.project, request.experiment, request.name)
        if request.note is not None:
            experiments.set_note(connection, call.project, request.experiment, request.note)
        return views.experiment(connection, call.project, request.experiment)

    return await call.services.database.write(work)


async def delete(call: Call, request: wire.ExperimentPath) -> wire.Empty:
    """Delete an experiment and its candidates; both can be restored."""
    await call.services.database.write(
        lambda connection: experiments.delete(connection, call.project, request.experiment)
    )
    return wire.Empty()


async def restore(call: Call, request: wire.ExperimentPath) -> wire.Experiment:
    """Restore a deleted experiment with all its candidates."""

    def work(connection: Connection) -> wire.Experiment:
        experiments.restore(connection, call.project, request.experiment)
        return views.experiment(connection, call.project, request.experiment)

    return await call.services.database.write(work)


ENDPOINTS = (
    operations.read("/experiments", list_experiments, wire.ExperimentQuery, wire.ExperimentList),
    operations.write("POST", "/experiments", create, wire.ExperimentCreate, wire.Experiment),
    operations.read(_ONE, get, wire.ExperimentPath, wire.Experiment),
    operations.write("PATCH", _ONE, change, wire.ExperimentChange, wire.Experiment),
    operations.write("DELETE", _ONE, delete, wire.ExperimentPath, wire.Empty),
    operations.write("POST", _ONE + "/restore", restore, wire.ExperimentPath, wire.Experiment),
    operations.query_get(_ONE + "/answer", answer, wire.ExperimentPath, wire_answer.Answer),
    operations.query("/leaders", leaders, LeaderQuery, LeaderList),
    operations.write("PUT", _ONE + "/goal", set_goal, wire_answer.GoalChange, wire_answer.Answer),
    operations.write("DELETE", _ONE + "/goal", forget_goal, wire.ExperimentPath, wire_answer.Answer),
    operations.read(_ONE + "/columns", columns, wire.ExperimentPath, wire.ColumnList),
)
