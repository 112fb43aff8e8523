"""The charts of an experiment. `draw` runs inside a transaction that the caller opened; what it reads of metrics is
what has been folded (`search.fresh.folded` folds first)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.charts import defaults, fields, frame, make, words
from shortlist.charts.contour import contour
from shortlist.charts.types import Chart, Field, Frame, Kind, Request
from shortlist.errors import InvalidValue
from shortlist.ranking import service as ranking
from shortlist.tracking import experiments, store_candidates

MAX_AXES = 12


def draw(connection: Connection, scope: Scope, experiment_iid: int, asked: Request) -> Chart:
    """A chart with its sentence and its table, in a fixed number of statements. Who failed, diverged, runs or is
    infeasible is on it, marked, and counts for nothing.

    Raises:
        NotFound: no such experiment. InvalidValue: a field or a filter that is none.
    """
    experiments.get(connection, scope, experiment_iid)
    if len(asked.axes) > MAX_AXES:
        raise InvalidValue(f"A chart has at most {MAX_AXES} axes.", field="axes")
    goal = ranking.goal(connection, scope, experiment_iid)
    if goal is None:
        return _empty(asked.kind)
    wanted = defaults.wanted(asked, defaults.known(connection, scope, experiment_iid), goal)
    found = frame.read(connection, scope, experiment_iid, asked.filter, list(wanted.values()))
    if found is None:
        return _empty(asked.kind)

    def names(iids: Sequence[int]) -> Mapping[int, str]:
        return {record.iid: record.name for record in store_candidates.by_iids(connection, scope, iids)}

    return _made(asked.kind, found, wanted, names)


def _empty(kind: Kind) -> Chart:
    return Chart(kind=kind, title=words.TITLES[kind], summary="No metric has been logged yet.", columns=[])


def _made(kind: Kind, found: Frame, wanted: Mapping[str, Field], names: make.Names) -> Chart:
    columns = {role: found.columns[fields.text_of(field)] for role, field in wanted.items()}
    match kind:
        case Kind.HISTORY:
            return make.history(found, columns, names)
        case Kind.IMPORTANCE:
            return make.importance(found, columns)
        case Kind.SCATTER:
            return make.scatter(found, columns, names)
        case Kind.PARALLEL:
            return make.parallel(found, columns, names)
        case Kind.CORRELATION:
            return make.correlation(found, columns)
        case Kind.CONTOUR:
            return contour(found, columns)
        case Kind.PARETO:
            lows = (
                defaults.is_better_low(wanted["x"], found.goal),
                defaults.is_better_low(wanted["y"], found.goal),
            )
            return make.pareto(found, columns, names, lows)
