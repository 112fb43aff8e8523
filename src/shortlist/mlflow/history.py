"""Operations that read the points of a metric. Paths are relative to `/api/2.0/mlflow`."""

import msgspec
from sqlalchemy import Connection

from shortlist.errors import InvalidValue
from shortlist.http.endpoint import Call, required
from shortlist.metrics import encode
from shortlist.metrics import service as metrics
from shortlist.mlflow import operations
from shortlist.mlflow import wire_runs as wire
from shortlist.mlflow.runs import run_id
from shortlist.tracking import candidates


class HistoryPage(msgspec.Struct, omit_defaults=True):
    """`metrics` is the JSON array of points, written straight from the columns."""

    metrics: msgspec.Raw
    next_page_token: str | None = None


def get_history(call: Call, connection: Connection, request: wire.GetHistory) -> HistoryPage:
    """Every point of one metric of a run, in order of step; in pages where `max_results` is given."""
    key = required(request.metric_key, "metric_key")
    if request.max_results is not None and request.max_results <= 0:
        raise InvalidValue(
            f"Invalid value {request.max_results} for parameter 'max_results' supplied: it must be positive.",
            field="max_results",
        )
    record = candidates.get(connection, call.project, run_id(request))
    history, token = metrics.history(
        connection, call.project, record.iid, key, request.page_token or None, request.max_results
    )
    return HistoryPage(msgspec.Raw(encode.points(key, history, clamp=True)), token)


ENDPOINTS = (operations.read("/metrics/get-history", get_history, wire.GetHistory, HistoryPage),)
