"""Where a version's files come from, and which candidate and logged model made them.

A version hands its location to everybody who may read the registry, so a source may not point at the files of this
machine, of another project, or of another candidate than the one it names.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection

from shortlist.access.scope import Scope
from shortlist.errors import InvalidValue, MissingValue, NotFound
from shortlist.ids import parse_external_id
from shortlist.logged_models import service as logged_models
from shortlist.models import lookup, rules, wellknown
from shortlist.models import semver as semvers
from shortlist.models.types import NewVersion, Origin, VersionRecord
from shortlist.tracking import candidates, roots
from shortlist.tracking.rules import check_text
from shortlist.tracking.types import CandidateRecord

_DRIVE = re.compile(r"[A-Za-z]\Z")
_PLACEHOLDER = re.compile(r"[\w.-]+\Z")
# What clients in Go write for a prompt: an address below no root, which must not become that of any file.
_PROMPT_ADDRESS = re.compile(r"mlflow-artifacts:/[\w.-]+\Z")


def resolve(connection: Connection, scope: Scope, new: NewVersion) -> Origin:
    """The checked origin of a new version.

    Raises:
        InvalidValue: a local path, a way out of a root, or a source that is not of the candidate or model given.
        NotFound: the source names a model, version, alias or logged model that is not there.
    """
    source = check_text(new.source, rules.MAX_SOURCE, "source")
    if wellknown.is_prompt(new.metadata):
        if _PLACEHOLDER.match(source):
            return Origin(source, source, new.run_id)
        if _PROMPT_ADDRESS.match(source):
            return Origin(source, "", new.run_id)
    if not source or (wellknown.SEMVER in new.metadata and semvers.find(source) is not None):
        return _without_source(connection, scope, new, source)
    scheme = urlsplit(source).scheme.lower()
    if scheme in ("", "file") or _DRIVE.match(scheme):
        raise _wrong(
            source,
            "it is a path, which is only known to the machine that sent it; log the model to a run, or use the "
            "address of an object store",
        )
    if _climbs(source):
        raise _wrong(source, "it has a segment '..' or '.', a backslash, or an encoded one")
    if scheme == "models":
        return _of_models(connection, scope, new, source)
    if scheme == "runs":
        return _of_run(connection, scope, new, source)
    address = roots.address_of(source)
    if address is not None:
        return _of_root(connection, scope, new, roots.parse(address))
    return _with_names(connection, scope, new, Origin(source, source))


def _without_source(connection: Connection, scope: Scope, new: NewVersion, source: str) -> Origin:
    """GitLab's clients name none: the version is the candidate, or gets files of its own."""
    if new.run_id:
        found = candidates.get(connection, scope, new.run_id)
        uri = roots.of_candidate(found.iid)
        return _with_names(connection, scope, new, _from_candidate(source or uri, uri, found))
    if wellknown.SEMVER not in new.metadata:
        raise MissingValue("source")
    return _with_names(connection, scope, new, Origin(source, ""))


def _of_models(connection: Connection, scope: Scope, new: NewVersion, source: str) -> Origin:
    parts = urlsplit(source)
    name = unquote(parts.path).strip("/")
    if parts.netloc:
        raise _wrong(source, "it names another registry")
    if name.startswith("m-") and "/" not in name and "@" not in name:
        _must_match(new.logged_model_id, name, source, "model_id")
        return _of_logged_model(connection, scope, new, name, source)
    version = lookup.by_uri_path(connection, scope, name)
    if wellknown.is_prompt(lookup.model_metadata(connection, scope, version.model_iid)):
        raise _wrong(source, "it is a version of a prompt")
    _must_match(new.run_id, version.run_id, source, "run_id")
    _must_match(new.logged_model_id, version.logged_model_id, source, "model_id")
    return _copy(version)


def _copy(version: VersionRecord) -> Origin:
    return Origin(
        f"models:/{version.model_name}/{version.number}",
        version.location,
        version.run_id,
        version.candidate_iid,
        version.experiment_iid,
        version.logged_model_id,
    )


def _of_run(connection: Connection, scope: Scope, new: NewVersion, source: str) -> Origin:
    parts = urlsplit(source)
    run = parts.path.lstrip("/").partition("/")[0]
    if parts.netloc or not run:
        raise _wrong(source, "it must be runs:/<run id>/<path>")
    if new.logged_model_id:
        raise _wrong(source, "the model_id request parameter goes with models:/<model id>")
    _must_match(new.run_id, run, source, "run_id")
    return _from_candidate(source, source, _candidate(connection, scope, run, source))


def _of_root(connection: Connection, scope: Scope, new: NewVersion, root: roots.Root | None) -> Origin:
    source = new.source
    if root is None or root.owner is roots.Owner.MODEL_VERSION:
        raise _wrong(source, "it is not below the files of a run or of a logged model")
    if root.owner is roots.Owner.LOGGED_MODEL:
        _must_match(new.logged_model_id, root.name, source, "model_id")
        return _of_logged_model(connection, scope, new, root.name, source, source)
    if root.owner is roots.Owner.RUN:
        found = _candidate(connection, scope, root.name, source)
    else:
        try:
            found = candidates.get_by_iid(connection, scope, int(root.name))
        except NotFound:
            raise _wrong(source, "there is no such candidate") from None
    _must_match(new.run_id, found.external_id, source, "run_id")
    return _with_names(connection, scope, new, _from_candidate(source, source, found))


def _of_logged_model(
    connection: Connection, scope: Scope, new: NewVersion, model_id: str, source: str, location: str = ""
) -> Origin:
    try:
        found = logged_models.get(connection, scope, model_id)
    except NotFound:
        raise _wrong(source, f"there is no logged model {model_id[:100]}") from None
    run_id = new.run_id or found.candidate_external_id or ""
    origin = Origin(source, location or roots.of_logged_model(found.external_id), logged_model_id=found.external_id)
    return _with_run(connection, scope, origin, run_id)


def _with_names(connection: Connection, scope: Scope, new: NewVersion, origin: Origin) -> Origin:
    """An origin that also links what the request names beside a source that does not."""
    run_id = new.run_id
    if new.logged_model_id:
        found = logged_models.get(connection, scope, new.logged_model_id)
        origin = _replace(origin, logged_model_id=found.external_id)
        run_id = run_id or found.candidate_external_id or ""
    return origin if origin.candidate_iid is not None else _with_run(connection, scope, origin, run_id)


def _with_run(connection: Connection, scope: Scope, origin: Origin, run_id: str) -> Origin:
    """An origin with the run that the client names. It may be one of another server, which is kept as it was said."""
    check_text(run_id, rules.MAX_ALIAS, "run_id")
    if not run_id:
        return origin
    try:
        found = candidates.get(connection, scope, run_id)
    except NotFound:
        return _replace(origin, run_id=run_id)
    return _replace(origin, run_id=found.external_id, candidate_iid=found.iid, experiment_iid=found.experiment_iid)


def _replace(origin: Origin, **values: str | int | None) -> Origin:
    fields: Mapping[str, str | int | None] = {name: getattr(origin, name) for name in Origin.__struct_fields__}
    return Origin(**{**fields, **values})  # pyright: ignore[reportArgumentType]


def _from_candidate(source: str, location: str, found: CandidateRecord) -> Origin:
    return Origin(source, location, found.external_id, found.iid, found.experiment_iid)


def _candidate(connection: Connection, scope: Scope, external_id: str, source: str) -> CandidateRecord:
    try:
        return candidates.get(connection, scope, external_id)
    except NotFound:
        raise _wrong(source, f"there is no run {external_id[:100]}") from None


def _must_match(given: str, found: str, source: str, field: str) -> None:
    """What the request names must be what the source says; where it names nothing, the source decides."""
    if given and _canonical(given) != _canonical(found):
        raise InvalidValue(
            f"Invalid model version source: '{source[:500]}'. The {field} request parameter must identify the "
            f"resource that contains the source.",
            field=field,
        )


def _canonical(text: str) -> str:
    try:
        return parse_external_id(text)
    except NotFound:
        return text.lower() if text.startswith("m-") else text


def _climbs(source: str) -> bool:
    path = source.partition(":")[2]
    while (decoded := unquote(path)) != path:
        path = decoded
    return "\\" in path or not {".", ".."}.isdisjoint(path.split("/"))


def _wrong(source: str, reason: str) -> InvalidValue:
    return InvalidValue(f"Invalid model version source: '{source[:500]}': {reason}.", field="source")
