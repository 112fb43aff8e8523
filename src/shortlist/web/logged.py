"""The models that a candidate logged, for its page."""

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.logged_models import service as logged_models
from shortlist.logged_models.types import LoggedModelRecord
from shortlist.packages import registry
from shortlist.tracking.types import CandidateRecord
from shortlist.web import translate
from shortlist.web.wire_logged import LoggedMetric, LoggedModel


def of_candidate(connection: Connection, scope: Scope, maker: CandidateRecord) -> list[LoggedModel]:
    """Two statements where there are none."""
    return [
        LoggedModel(
            external_id=record.external_id,
            name=record.name,
            type=record.model_type,
            status=record.status.value,
            step=step,
            package=_package(connection, scope, record),
            metrics=[LoggedMetric(item.key, translate.value(item.value), item.dataset_name) for item in data.metrics],
        )
        for record, data, step in logged_models.made_by(connection, scope, maker)
    ]


def _package(connection: Connection, scope: Scope, record: LoggedModelRecord) -> int | None:
    found = registry.by_ref(connection, scope, logged_models.package(record))
    return None if found is None else found.id
