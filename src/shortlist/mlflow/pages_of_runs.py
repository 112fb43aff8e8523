"""Runs as they are sent, in a fixed number of statements for each page.

A page is mostly text that was written before: of a run that did not change since, the JSON is kept (`db.memory`).
"""

from collections.abc import Mapping, Sequence
from typing import cast

import msgspec
from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.db import memory
from shortlist.logged_models import store_links
from shortlist.metrics import service as metrics
from shortlist.mlflow import translate
from shortlist.mlflow import wire_runs as wire
from shortlist.tracking import candidates, store_candidates

_encode = msgspec.json.Encoder().encode


def load(connection: Connection, scope: Scope, iids: Sequence[int]) -> list[wire.Run]:
    """Runs in the order of their iids."""
    return _sent(_written(connection, scope, iids), iids)


def load_of_experiment(
    connection: Connection, scope: Scope, iids: Sequence[int], *, experiment_iid: int
) -> list[wire.Run]:
    """The same for runs that are all of one experiment; those that did not change are not read again."""
    moving = metrics.unfolded(connection, scope, experiment_iid, iids)
    settled = [iid for iid in iids if iid not in moving]
    place = (scope.project_id, experiment_iid)
    texts = memory.each(connection, place, "runs", settled, lambda iids: _written(connection, scope, iids), len)
    if moving:
        texts = {**texts, **_written(connection, scope, list(moving))}
    return _sent(texts, iids)


def _written(connection: Connection, scope: Scope, iids: Sequence[int]) -> dict[int, bytes]:
    latest = metrics.latest(connection, scope, iids)
    data = candidates.encoded_data(connection, scope, iids)
    links = store_links.of_candidates(connection, scope, iids)
    return {
        record.iid: _encode(translate.run(record, data[record.iid], latest[record.iid], links[record.iid]))
        for record in store_candidates.by_iids(connection, scope, iids)
    }


def _sent(texts: Mapping[int, bytes], iids: Sequence[int]) -> list[wire.Run]:
    found = [msgspec.Raw(texts[iid]) for iid in iids if iid in texts]
    return cast("list[wire.Run]", found)  # the same to whoever reads the answer
