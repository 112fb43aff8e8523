"""Operations that log to a run. Paths are relative to `/api/2.0/mlflow`."""

import re
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from shortlist.errors import InvalidValue, MissingValue
from shortlist.http.endpoint import Call, required
from shortlist.ids import parse_external_id
from shortlist.logged_models import service as logged_models
from shortlist.logged_models.types import LinkedPoint, LinkKind
from shortlist.metrics import rules as metric_rules
from shortlist.metrics import service as metrics
from shortlist.metrics.types import Points
from shortlist.mlflow import lengths, linked, operations, translate, translate_models
from shortlist.mlflow import wire_runs as wire
from shortlist.mlflow.runs import run_id
from shortlist.mlflow.wire_experiments import Empty, Tag
from shortlist.tracking import candidates, logs, rules, store_candidates
from shortlist.tracking.types import Batch

_LOGGED_MODELS = "mlflow.log-model.history"
_MODEL_FIELDS = ("artifact_path", "flavors", "run_id", "utc_time_created")
_RUN_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,255}\Z")


async def log_metric(call: Call, request: wire.LogMetric) -> Empty:
    """Log one point of a metric."""
    external_id = parse_external_id(run_id(request))
    key, value, timestamp, step = metric_rules.point(request.key, request.value, request.timestamp, request.step)
    if request.model_id or request.dataset_name or request.dataset_digest:
        points = Points.of([(key, value, timestamp, step)])
        await _log(call, external_id, Batch(), points, linked.points([request], points, ""))
        return Empty()
    payload = metrics.payload_of(key, value, timestamp, step)
    await call.services.candidate_writes.log_points(call.project, external_id, payload)
    call.services.folder.notify(call.project.project_id, 1)
    return Empty()


async def log_parameter(call: Call, request: wire.LogParameter) -> Empty:
    """Log a parameter; the same value again is accepted, another value is not."""
    key = required(request.key, "key")
    batch = Batch(params=dict([_param(call, wire.ParamIn(key, request.value))]))
    await _log(call, run_id(request), batch, None)
    return Empty()


async def set_tag(call: Call, request: wire.SetTag) -> Empty:
    """Set a tag of a run, or overwrite it."""
    key = required(request.key, "key")
    await _log(call, run_id(request), Batch(metadata=dict([_tag(call, Tag(key, request.value))])), None)
    return Empty()


async def delete_tag(call: Call, request: wire.DeleteTag) -> Empty:
    """Delete a tag of a run."""
    external_id, key = run_id(request), required(request.key, "key")

    def work(connection: Connection) -> None:
        record = candidates.get_active(connection, call.project, external_id)
        candidates.delete_metadata(connection, call.project, record, key)

    await call.services.database.write(work)
    return Empty()


async def log_batch(call: Call, request: wire.LogBatch) -> Empty:
    """Log metrics, parameters and tags together: all of them, or none."""
    external_id = _checked_run_id(request.run_id)
    _check_sizes(request)
    batch = Batch(params=_params(call, request.params), metadata=_metadata(call, request.tags))
    points = metric_rules.points((item.key, item.value, item.timestamp, item.step) for item in request.metrics)
    await _log(call, external_id, batch, points, linked.points(request.metrics, points, "metrics"))
    return Empty()


async def _log(
    call: Call, external_id: str, batch: Batch, points: Points | None, of_models: Sequence[LinkedPoint] = ()
) -> None:
    def work(connection: Connection) -> None:
        logs.log_batch(connection, call.project, external_id, batch, points)
        logged_models.record_metrics(connection, call.project, parse_external_id(external_id), of_models)

    services = call.services
    if of_models:
        await services.database.write(work)
    elif batch.params or batch.metadata:
        await services.candidate_writes.log_batch(call.project, external_id, batch, points)
    elif points:
        await services.candidate_writes.log_points(call.project, parse_external_id(external_id), points.encode())
    else:
        await services.database.append(lambda connection: logs.log_batch(connection, call.project, external_id, batch))
    if points:
        call.services.folder.notify(call.project.project_id, len(points))


def _checked_run_id(text: str | None) -> str:
    """The id that a batch names; a form that no id has is a mistake, and not only an id that is not found."""
    run_id = required(text, "run_id")
    if not _RUN_ID.match(run_id):
        raise InvalidValue(f"Invalid value {run_id[:300]!r} for parameter 'run_id' supplied.", field="run_id")
    return run_id


def _check_sizes(request: wire.LogBatch) -> None:
    limits = (
        ("metrics", request.metrics, rules.MAX_BATCH_METRICS),
        ("params", request.params, rules.MAX_BATCH_PARAMS),
        ("tags", request.tags, rules.MAX_BATCH_METADATA),
    )
    for name, items, limit in limits:
        if len(items) > limit:
            raise InvalidValue(
                f"A batch logging request can contain at most {limit} {name}. Got {len(items)} {name}. "
                f"Please split up {name} across multiple requests and try again.",
                field=name,
            )
    if sum(len(items) for _, items, _ in limits) > rules.MAX_BATCH_ITEMS:
        raise InvalidValue(
            f"A batch logging request can contain at most {rules.MAX_BATCH_ITEMS} metrics, params and tags together.",
            field="metrics",
        )


def _params(call: Call, items: Sequence[wire.ParamIn]) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, item in enumerate(items):
        field = f"params[{number}]."
        key, value = _param(call, item, field)
        if key in found:
            raise InvalidValue(f"Duplicate parameter keys have been submitted: ['{key}'].", field=f"{field}key")
        found[key] = value
    return found


def _param(call: Call, item: wire.ParamIn, field: str = "") -> tuple[str, str]:
    key = rules.check_key(item.key, f"{field}key")
    value = lengths.fitted(call, item.value, rules.MAX_PARAM_VALUE)
    return key, rules.check_text(value, rules.MAX_PARAM_VALUE, f"{field}value")


def _metadata(call: Call, items: Sequence[Tag]) -> dict[str, str]:
    """Of two with one key the last counts."""
    return dict([_tag(call, item, f"tags[{number}].") for number, item in enumerate(items)])


def _tag(call: Call, item: Tag, field: str = "") -> tuple[str, str]:
    key = rules.check_key(item.key, f"{field}key")
    limit = candidates.metadata_limit(key)
    return key, rules.check_text(lengths.fitted(call, item.value, limit), limit, f"{field}value")


async def log_inputs(call: Call, request: wire.LogInputs) -> Empty:
    """Note the datasets and logged models that a run used."""
    external_id = _checked_run_id(request.run_id)
    inputs = [translate.dataset_input(item) for item in request.datasets]
    for number, item in enumerate(inputs):
        required(item.name, f"datasets[{number}].dataset.name")
        required(item.digest, f"datasets[{number}].dataset.digest")
        rules.check_dataset(item, f"datasets[{number}]")
    links = [translate_models.link(item, LinkKind.INPUT) for item in request.models]

    def work(connection: Connection) -> None:
        candidates.log_inputs(connection, call.project, external_id, inputs)
        logged_models.link(connection, call.project, external_id, links)

    await call.services.database.write(work)
    return Empty()


async def log_outputs(call: Call, request: wire.LogOutputs) -> Empty:
    """Note the logged models that a run made."""
    external_id = required(request.run_id, "run_id")
    if request.models is None:
        raise MissingValue("models")
    links = [translate_models.link(item, LinkKind.OUTPUT) for item in request.models]
    await call.services.database.write(
        lambda connection: logged_models.link(connection, call.project, external_id, links)
    )
    return Empty()


async def log_model(call: Call, request: wire.LogModel) -> Empty:
    """Note a model that a 2.x client uploaded, in the tag that such clients keep their list in."""
    external_id = required(request.run_id, "run_id")
    try:
        model = msgspec.json.decode(required(request.model_json, "model_json"), type=dict[str, object])
    except msgspec.DecodeError:
        raise InvalidValue("Malformed model info: it is not a JSON object.", field="model_json") from None
    missing = [name for name in _MODEL_FIELDS if name not in model]
    if missing:
        raise InvalidValue(f"Model json is missing mandatory fields: {', '.join(missing)}", field="model_json")

    def work(connection: Connection) -> None:
        record = candidates.get_active(connection, call.project, external_id, hold=True)
        # Of two requests at once, the second must see what the first added.
        store_candidates.lock(connection, call.project, record.iid)
        stored = store_candidates.metadata_of(connection, call.project, [record.iid], [_LOGGED_MODELS])[record.iid]
        history = msgspec.json.decode(stored.get(_LOGGED_MODELS, "[]"), type=list[object])
        text = msgspec.json.encode([*history, model]).decode()
        rules.check_text(text, rules.MAX_MODEL_HISTORY, "model_json")
        candidates.set_metadata(connection, call.project, record, {_LOGGED_MODELS: text})

    await call.services.database.write(work)
    return Empty()


ENDPOINTS = (
    operations.write("/runs/log-metric", log_metric, wire.LogMetric, Empty),
    operations.write("/runs/log-parameter", log_parameter, wire.LogParameter, Empty),
    operations.write("/runs/set-tag", set_tag, wire.SetTag, Empty),
    operations.write("/runs/delete-tag", delete_tag, wire.DeleteTag, Empty),
    operations.write("/runs/log-batch", log_batch, wire.LogBatch, Empty),
    operations.write("/runs/log-inputs", log_inputs, wire.LogInputs, Empty),
    operations.write("/runs/outputs", log_outputs, wire.LogOutputs, Empty),
    operations.write("/runs/log-model", log_model, wire.LogModel, Empty),
)
