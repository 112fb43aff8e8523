"""Finding a version: by number, by semantic version, by alias, by stage, or as the latest."""

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue, NotFound
from shortlist.models import models, rules, store_models, store_versions
from shortlist.models import semver as semvers
from shortlist.models.types import ModelRecord, Stage, VersionRecord

_MAX_DIGITS = 18


def version(connection: Connection, scope: Scope, name: str, text: str) -> VersionRecord:
    """A version by its number or its semantic version.

    Raises:
        InvalidValue: neither a number nor a semantic version. NotFound: there is no such model or version.
    """
    model = models.get(connection, scope, name)
    found = find(connection, scope, model, text)
    if found is None:
        raise NotFound(f"Model Version (name={name}, version={text}) not found", field="version")
    return found


def find(connection: Connection, scope: Scope, model: ModelRecord, text: str) -> VersionRecord | None:
    """Raises InvalidValue: neither a number nor a semantic version."""
    if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS:
        return store_versions.by_number(connection, scope, model.iid, int(text))
    if semvers.find(text) is None:
        raise InvalidValue(
            f"Parameter 'version' must be an integer or a semantic version, got '{text[:100]}'.", field="version"
        )
    return store_versions.by_semver(connection, scope, model.iid, text)


def by_place(connection: Connection, scope: Scope, place: store_versions.Place) -> VersionRecord:
    """A version by its model's iid and its number."""
    record = store_versions.by_number(connection, scope, *place)
    if record is None:
        raise NotFound(f"There is no version {place[1]} of the model {place[0]} in this project.", field="version")
    return record


def by_iid(connection: Connection, scope: Scope, iid: int) -> VersionRecord | None:
    """A version by its number among all versions of the project."""
    found = store_versions.by_iids(connection, scope, [iid])
    return found[0] if found else None


def by_alias(connection: Connection, scope: Scope, name: str, alias: str) -> VersionRecord:
    """A version by an alias, by `latest`, or by its semantic version, which GitLab's clients take for one.

    Raises:
        InvalidValue: there is no such alias; MLflow's clients expect this code. NotFound: no such model or version.
    """
    model = models.get(connection, scope, name)
    if semvers.find(alias) is not None:
        return version(connection, scope, name, alias)
    rules.check_alias(alias)
    if alias.lower() == rules.LATEST:
        return latest(connection, scope, model)
    number = store_models.aliases_of(connection, scope, [model.iid])[model.iid].get(alias)
    found = None if number is None else store_versions.by_number(connection, scope, model.iid, number)
    if found is None:
        raise InvalidValue(f"Registered model alias {alias} not found.", field="alias")
    return found


def latest(connection: Connection, scope: Scope, model: ModelRecord, stage: Stage | None = None) -> VersionRecord:
    """The version with the highest number, of all or of one stage."""
    places = store_versions.latest_places(connection, scope, [model.iid])
    found = [
        item for item in store_versions.by_places(connection, scope, places) if stage is None or item.stage is stage
    ]
    if not found:
        where = "" if stage is None else f" in stage {stage.value.capitalize()}"
        raise NotFound(f"Latest version not found for model {model.name}{where}.", field="name")
    return max(found, key=_number)


def _number(record: VersionRecord) -> int:
    return record.number


def by_uri_path(connection: Connection, scope: Scope, path: str) -> VersionRecord:
    """The version that the path of a `models:/` address means: name/version, name/stage, name/latest, name@alias."""
    name, at, alias = path.rpartition("@")
    if at and "/" not in alias:
        return by_alias(connection, scope, name, alias)
    name, _, rest = path.partition("/")
    if not name or not rest or "/" in rest:
        raise InvalidValue(
            f"Invalid model version source: 'models:/{path[:200]}': it must name a model and a version.",
            field="source",
        )
    if rest.isdigit() or semvers.find(rest) is not None:
        return version(connection, scope, name, rest)
    model = models.get(connection, scope, name)
    if rest.lower() == rules.LATEST:
        return latest(connection, scope, model)
    return latest(connection, scope, model, rules.check_stage(rest, "source"))


def model_metadata(connection: Connection, scope: Scope, model_iid: int) -> dict[str, str]:
    return store_models.metadata_of(connection, scope, [model_iid])[model_iid]
