"""What the browser's JSON API gives of the models that a candidate logged."""

from typing import Literal

import msgspec


class LoggedMetric(msgspec.Struct):
    """The latest value on one dataset; an empty `dataset` for none."""

    key: str
    value: float | Literal["NaN", "Infinity", "-Infinity"]
    dataset: str


class LoggedModel(msgspec.Struct):
    """`package` is the id of the package with its files; None while it has none. `step` is None where the candidate
    did not name the model as its output."""

    external_id: str
    name: str
    type: str
    status: Literal["pending", "ready", "failed"]
    step: int | None
    package: int | None
    metrics: list[LoggedMetric]
