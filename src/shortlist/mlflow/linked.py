"""Points that are logged to a run and to a logged model at once."""

from collections.abc import Sequence

from shortlist.logged_models import rules
from shortlist.logged_models.types import LinkedPoint
from shortlist.metrics.types import Points
from shortlist.mlflow.wire_runs import LogMetric, MetricIn


def points(items: Sequence[LogMetric | MetricIn], checked: Points, field: str) -> list[LinkedPoint]:
    """The points among `items` that name a logged model; `checked` holds the same points after their checks.

    Raises:
        InvalidValue: a dataset's name or digest that is too long, or one without the other.
    """
    found: list[LinkedPoint] = []
    for place, item in enumerate(items):
        if not (item.model_id or item.dataset_name or item.dataset_digest):
            continue
        name, digest = item.dataset_name or "", item.dataset_digest or ""
        rules.check_dataset(name, digest, f"{field}[{place}]." if field else "")
        if not item.model_id:
            continue
        found.append(
            LinkedPoint(
                model_external_id=item.model_id,
                key=checked.keys[int(checked.key_index[place])],
                value=float(checked.value[place]),
                timestamp=int(checked.timestamp[place]),
                step=int(checked.step[place]),
                dataset_name=name,
                dataset_digest=digest,
            )
        )
    return found
