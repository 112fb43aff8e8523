"""Operations that read the points of a metric. Paths are relative to `/api/2.0/mlflow`."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.errors import InvalidValue, MissingValue, NotFound
from shortlist.http.endpoint import Call, Pieces, required
from shortlist.metrics import bulk, encode
from shortlist.metrics import service as metrics
from shortlist.metrics.history import PAGE
from shortlist.metrics.types import History
from shortlist.mlflow import operations
from shortlist.mlflow import wire_runs as wire
from shortlist.mlflow.runs import run_id
from shortlist.tracking import candidates

Page = tuple[History, str | None]  # and the token of the next one


class HistoryPage(msgspec.Struct, omit_defaults=True):
    """`metrics` is the JSON array of points, written straight from the columns."""

    metrics: msgspec.Raw
    next_page_token: str | None = None


def get_history(call: Call, connection: Connection, request: wire.GetHistory) -> HistoryPage | Pieces:
    """Every point of one metric of a run, in order of step; in pages where `max_results` is given."""
    # A run that there is not has no points: MLflow's clients expect no error here.
    key = required(request.metric_key, "metric_key")
    if request.max_results is not None and request.max_results <= 0:
        raise InvalidValue(
            f"Invalid value {request.max_results} for parameter 'max_results' supplied: it must be positive.",
            field="max_results",
        )
    try:
        record = candidates.get(connection, call.project, run_id(request))
    except NotFound:
        return HistoryPage(msgspec.Raw(b"[]"))
    project, limit = call.project, request.max_results

    def read(connection: Connection, after: str | None, sent: int) -> Page:
        most = PAGE if limit is None else min(PAGE, limit - sent)
        return metrics.history(connection, project, record.iid, key, after, most)

    def read_later(after: str, sent: int) -> Page:
        return call.services.database.read_now(lambda connection: read(connection, after, sent))

    page = read(connection, request.page_token or None, 0)
    if len(page[0]) > _MAX_WHOLE:
        return Pieces(_in_pieces(key, page, limit, read_later))
    return HistoryPage(msgspec.Raw(encode.points(key, page[0], clamp=True)), page[1])


def _in_pieces(key: str, page: Page, limit: int | None, read: Callable[[str, int], Page]) -> Iterator[bytes]:
    """The text of a `HistoryPage` with a page of points and those after it, each read when the one before it was sent:
    a long series is never in memory as a whole, and points are only added, so that each is sent once."""
    history, token = page
    sent, between = 0, b'{"metrics":['
    while True:
        for piece in encode.slices(key, history, clamp=True):
            yield between + piece.removeprefix(b",")
            between = b","
        sent += len(history)
        if token is None or sent == limit:
            break
        history, token = read(token, sent)
    yield b"]" if token is None else b'],"next_page_token":' + msgspec.json.encode(token)
    yield b"}"


def bulk_interval(call: Call, connection: Connection, request: wire.BulkInterval) -> HistoryPage:
    """Points of one metric of several runs between two steps, at most `max_results` of each run, extremes included."""
    key = required(request.metric_key, "metric_key")
    if not 1 <= request.max_results <= _MAX_INTERVAL:
        raise InvalidValue(
            f"Invalid value {request.max_results} for parameter 'max_results' supplied: "
            f"expected 1 to {_MAX_INTERVAL}.",
            field="max_results",
        )
    start, end = request.start_step, request.end_step
    if start is not None and end is not None and start > end:
        raise InvalidValue(f"end_step must not be before start_step: {end} < {start}.", field="end_step")
    found = bulk.sampled(
        connection,
        call.project,
        _runs(call, connection, request.run_ids, "run_ids"),
        key,
        (start, end),
        request.max_results,
    )
    return HistoryPage(_joined(key, found))


def bulk_history(call: Call, connection: Connection, request: wire.BulkHistory) -> HistoryPage:
    """Points of one metric of several runs, run by run."""
    key = required(request.metric_key, "metric_key")
    limit = _MAX_BULK if request.max_results is None else request.max_results
    if limit < 1:
        raise InvalidValue(
            f"Invalid value {limit} for parameter 'max_results' supplied: it must be positive.", field="max_results"
        )
    runs = _runs(call, connection, request.run_id, "run_id")
    return HistoryPage(_joined(key, bulk.whole(connection, call.project, runs, key, min(limit, _MAX_BULK))))


def _runs(call: Call, connection: Connection, run_ids: Sequence[str], field: str) -> dict[int, str]:
    """External ids by iid, in order of the ids; those that no candidate has are passed over."""
    if not run_ids:
        raise MissingValue(field)
    if len(run_ids) > _MAX_RUNS:
        raise InvalidValue(f"At most {_MAX_RUNS} runs can be asked for at once, got {len(run_ids)}.", field=field)
    return candidates.iids_of(connection, call.project, run_ids)


def _joined(key: str, histories: Iterable[tuple[str, History]]) -> msgspec.Raw:
    pieces = [piece for run_id, points in histories for piece in encode.slices(key, points, clamp=True, run_id=run_id)]
    text = b",".join(piece.removeprefix(b",") for piece in pieces)
    return msgspec.Raw(b"[" + text + b"]")


# A longer history is sent while it is written, instead of being held as text.
_MAX_WHOLE = 20_000
_MAX_RUNS = 100
_MAX_INTERVAL = 2_500
_MAX_BULK = 25_000

ENDPOINTS = (
    operations.read("/metrics/get-history", get_history, wire.GetHistory, HistoryPage),
    operations.read("/metrics/get-history-bulk-interval", bulk_interval, wire.BulkInterval, HistoryPage),
)
AJAX_ENDPOINTS = (operations.read("/metrics/get-history-bulk", bulk_history, wire.BulkHistory, HistoryPage),)
