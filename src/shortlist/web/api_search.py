"""The browser's operations that help to write a search, and the search of everything in a project."""

from dataclasses import replace

from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.http.endpoint import Call
from shortlist.search import values as search_values
from shortlist.tracking import experiments
from shortlist.web import everywhere, operations
from shortlist.web.wire_search import EverywhereQuery, FieldValue, Found, ValueList, ValueQuery


def field_values(call: Call, connection: Connection, request: ValueQuery) -> ValueList:
    """List the values that candidates of an experiment have in a field, the most frequent first."""
    experiments.get(connection, call.project, request.experiment)
    found = search_values.of_field(
        connection, call.project, request.experiment, request.field, request.part, request.limit
    )
    return ValueList([FieldValue(item.value, item.candidates) for item in found.values], found.low, found.high)


async def find(call: Call, request: EverywhereQuery) -> Found:
    """Find candidates, experiments, models and files of a project by one text in the search language."""
    return await everywhere.find(call.services, call.project, request)


ENDPOINTS = (
    operations.read("/experiments/{experiment}/values", field_values, ValueQuery, ValueList),
    # Each part of a project that it looks into asks for its own right.
    replace(operations.query_get("/search", find, EverywhereQuery, Found), action=Action.PROJECT_READ),
)
