"""The one place where MLflow's words become ours and ours become MLflow's."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import msgspec

from shortlist.errors import InvalidValue, MissingValue, NotFound
from shortlist.logged_models.types import LinkKind, ModelLink
from shortlist.metrics.types import Latest
from shortlist.mlflow.wire_experiments import Experiment, Tag
from shortlist.mlflow.wire_runs import (
    Dataset,
    DatasetInput,
    EncodedRunData,
    Metric,
    ModelInput,
    ModelOutput,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunOutputs,
)
from shortlist.tracking import roots
from shortlist.tracking import types as ours

_VIEWS = {"ACTIVE_ONLY": "active", "DELETED_ONLY": "deleted", "ALL": "all", "": "active"}
# The numbers of enumerations in the protocol, which clients in Go write in the place of names.
_VIEW_NUMBERS = {"1": "active", "2": "deleted", "3": "all"}
_STATUS_NAMES = {status: status.value.upper() for status in ours.Status}
# What most runs have.
_NO_INPUTS, _NO_OUTPUTS = RunInputs([], []), RunOutputs([])
_STATUS_NUMBERS = {
    "1": ours.Status.RUNNING,
    "2": ours.Status.SCHEDULED,
    "3": ours.Status.FINISHED,
    "4": ours.Status.FAILED,
    "5": ours.Status.KILLED,
}

_INTEGER = re.compile(r"-?[0-9]+\Z")
_MAX_DIGITS = 18  # of a number that fits in 64 bits whatever it is


def view(view_type: str | int, field: str) -> str:
    """The view that an MLflow view type stands for, by its name or its number."""
    text = str(view_type)
    found = _VIEWS.get(text.upper()) or _VIEW_NUMBERS.get(text)
    if found is None:
        raise InvalidValue(
            f"Invalid value '{text[:100]}' for parameter '{field}' supplied: "
            "expected ACTIVE_ONLY, DELETED_ONLY or ALL.",
            field=field,
        )
    return found


def status(given: str | int) -> ours.Status:
    """The status that MLflow writes in capitals, or as a number."""
    text = str(given)
    try:
        return _STATUS_NUMBERS.get(text) or ours.Status(text.lower())
    except ValueError:
        names = ", ".join(item.value.upper() for item in ours.Status)
        raise InvalidValue(
            f"Invalid value '{text[:100]}' for parameter 'status' supplied: expected one of {names}.", field="status"
        ) from None


def experiment_iid(text: str | None) -> int:
    """The iid behind an experiment id: an integer, written as text.

    Raises:
        InvalidValue: missing, or not an integer. NotFound: an integer that no experiment can have.
    """
    if text is None or text == "":
        raise MissingValue("experiment_id")
    if not _INTEGER.match(text):
        raise InvalidValue(
            f"Invalid experiment ID '{text[:100]}'. Experiment ID must be a valid integer.", field="experiment_id"
        )
    if not text.isdigit() or len(text) > _MAX_DIGITS:
        raise NotFound(f"No Experiment with id={text[:100]} exists", field="experiment_id")
    return int(text)


def searched_iids(ids: Iterable[str | int], field: str = "experiment_ids") -> list[int]:
    """The iids of experiments to search. One that no experiment has finds nothing; what is no number is a mistake."""
    found: list[int] = []
    for text in map(str, ids):
        if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
            raise InvalidValue(f"Invalid value '{text[:100]}' for parameter '{field}' supplied.", field=field)
        found.append(int(text))
    return found


def pairs(tags: Iterable[Tag], field: str = "tags") -> dict[str, str]:
    """Tags as a mapping; of two with one key the last counts."""
    found: dict[str, str] = {}
    for tag in tags:
        if not tag.key:
            raise MissingValue(f"{field}.key")
        found[tag.key] = tag.value
    return found


def order_by(given: Sequence[str] | str) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def tags(metadata: Mapping[str, str]) -> list[Tag]:
    return [Tag(key, value) for key, value in metadata.items()]


def experiment(record: ours.ExperimentRecord) -> Experiment:
    return Experiment(
        experiment_id=str(record.iid),
        name=record.name,
        artifact_location=record.artifact_location or roots.of_experiment(record.iid),
        lifecycle_stage=_stage(record.deleted_at),
        creation_time=record.created_at,
        last_update_time=record.updated_at,
        tags=tags(record.metadata),
    )


def run_info(record: ours.CandidateRecord) -> RunInfo:
    return RunInfo(
        run_id=record.external_id,
        run_uuid=record.external_id,
        experiment_id=str(record.experiment_iid),
        run_name=record.name,
        user_id=record.user_name,
        status=_STATUS_NAMES[record.status],
        start_time=record.start_time,
        end_time=record.end_time,
        artifact_uri=roots.of_candidate(record.iid),
        lifecycle_stage=_stage(record.deleted_at),
    )


def new_run(record: ours.CandidateRecord, data: ours.CandidateData) -> Run:
    return Run(run_info(record), RunData([], [], tags(data.metadata)), RunInputs([], []), RunOutputs([]))


def run(
    record: ours.CandidateRecord, data: ours.EncodedData, metrics: Sequence[Latest], links: Sequence[ModelLink]
) -> Run:
    encoded = EncodedRunData(
        [_metric(item) for item in metrics],
        msgspec.Raw(data.params.encode()),
        msgspec.Raw(data.metadata.encode()),
    )
    return Run(
        info=run_info(record),
        data=cast("RunData", encoded),  # the same to whoever reads the answer
        inputs=_inputs(data, links) if data.datasets or links else _NO_INPUTS,
        outputs=_outputs(links) if links else _NO_OUTPUTS,
    )


def _inputs(data: ours.EncodedData, links: Sequence[ModelLink]) -> RunInputs:
    models = [ModelInput(link.model_external_id) for link in links if link.kind is LinkKind.INPUT]
    return RunInputs([_dataset_input(item) for item in data.datasets], models)


def _outputs(links: Sequence[ModelLink]) -> RunOutputs:
    return RunOutputs(
        [ModelOutput(link.model_external_id, link.step) for link in links if link.kind is LinkKind.OUTPUT]
    )


def _metric(item: Latest) -> Metric:
    value = item.value
    # A finite point has the fields of MLflow's metric under the same names, so it is sent as it is.
    return cast("Metric", item) if value - value == 0 else Metric(item.key, number(value), item.timestamp, item.step)


def number(value: float) -> float | str:
    """A metric's value as MLflow's server answers it: NaN as text, an infinity as the largest finite number."""
    if value != value:  # noqa: PLR0124 - only NaN differs from itself
        return "NaN"
    return max(-sys.float_info.max, min(sys.float_info.max, value))


def dataset_input(item: DatasetInput) -> ours.DatasetInput:
    return ours.DatasetInput(
        name=item.dataset.name,
        digest=item.dataset.digest,
        source_type=item.dataset.source_type,
        source=item.dataset.source,
        schema=item.dataset.schema,
        profile=item.dataset.profile,
        tags=pairs(item.tags, "datasets.tags"),
    )


def _dataset_input(item: ours.DatasetInput) -> DatasetInput:
    dataset = Dataset(item.name, item.digest, item.source_type, item.source, item.schema, item.profile)
    return DatasetInput(dataset, tags(item.tags))


def _stage(deleted_at: int | None) -> str:
    return "active" if deleted_at is None else "deleted"
