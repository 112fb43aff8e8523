"""The browser's operations that help to write a search."""

from sqlalchemy import Connection

from shortlist.http.endpoint import Call
from shortlist.search import values as search_values
from shortlist.tracking import experiments
from shortlist.web import operations
from shortlist.web.wire_search import FieldValue, ValueList, ValueQuery


def field_values(call: Call, connection: Connection, request: ValueQuery) -> ValueList:
    """List the values that candidates of an experiment have in a field, the most frequent first."""
    experiments.get(connection, call.project, request.experiment)
    found = search_values.of_field(
        connection, call.project, request.experiment, request.field, request.part, request.limit
    )
    return ValueList([FieldValue(item.value, item.candidates) for item in found.values], found.low, found.high)


ENDPOINTS = (operations.read("/experiments/{experiment}/values", field_values, ValueQuery, ValueList),)
