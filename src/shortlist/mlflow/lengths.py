"""Overlong values of parameters and tags: cut as MLflow's server cuts them, or left to be refused by the rules.

A training that ran beside MLflow's server must not fail here at its last line, so that cutting is the default.
"""

from collections.abc import Iterable

from shortlist.http.endpoint import Call
from shortlist.mlflow import translate
from shortlist.mlflow.wire_experiments import Tag
from shortlist.tracking import candidates


def fitted(call: Call, value: str, limit: int) -> str:
    """At most `limit` characters of a value, where the settings allow to cut."""
    return value[:limit] if len(value) > limit and call.services.settings.truncate_long_values else value


def metadata(call: Call, tags: Iterable[Tag]) -> dict[str, str]:
    """A run's tags, each fitted to the limit of its key."""
    return {key: fitted(call, value, candidates.metadata_limit(key)) for key, value in translate.pairs(tags).items()}
