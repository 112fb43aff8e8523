"""The in-toto statement (version 1) with SLSA's provenance (version 1) of a model version. Pure.

What the fields mean is in the SLSA specification, "Build: Provenance", and the in-toto attestation framework. Fields
of our own begin with `shortlist_`, as it asks for.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from shortlist.models.types import VersionRecord
from shortlist.packages.types import PackageFile
from shortlist.provenance.types import Facts, Origin
from shortlist.tracking.types import CandidateData, CandidateRecord

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:shortlist:training:v1"


class Made(msgspec.Struct, frozen=True):
    """The candidate that a version was made from, and what is known of its job."""

    record: CandidateRecord
    data: CandidateData
    origin: Origin | None


def statement(
    record: VersionRecord, files: Sequence[PackageFile], root: str, made: Made | None, project_url: str
) -> dict[str, Any]:
    """`files` are those below the folder `root` of their package; `project_url` is the project's address here."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": file.path.removeprefix(root).lstrip("/"), "digest": {"sha256": file.sha256.hex()}}
            for file in files
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "buildDefinition": _definition(made),
            "runDetails": _run(made, project_url),
            "shortlist_version": {
                "model": record.model_name,
                "version": record.semver,
                "number": record.number,
                "uri": f"{project_url}/-/ml/models/{record.model_iid}/versions/{record.number}",
                "createdOn": _time(record.created_at),
            },
            **_ci(None if made is None else made.origin),
        },
    }


def _definition(made: Made | None) -> dict[str, Any]:
    parameters = {} if made is None else dict(made.data.params)
    dependencies = [] if made is None else [*_source(made), *_datasets(made)]
    return {
        "buildType": BUILD_TYPE,
        "externalParameters": {"parameters": parameters},
        "internalParameters": {},
        "resolvedDependencies": dependencies,
    }


def _source(made: Made) -> list[dict[str, Any]]:
    """The repository at its commit, where both are known."""
    facts = Facts() if made.origin is None else made.origin.facts
    if not facts.sha:
        return []
    found: dict[str, Any] = {"digest": {"gitCommit": facts.sha}}
    if facts.project_url:
        found["uri"] = f"git+{facts.project_url}{f'@{facts.ref}' if facts.ref else ''}"
    return [{**found, "name": "source"}]


def _datasets(made: Made) -> list[dict[str, Any]]:
    return [
        {
            "name": item.name,
            "digest": {"mlflow": item.digest},
            "annotations": {"context": item.tags.get("mlflow.data.context", ""), "sourceType": item.source_type},
        }
        for item in made.data.datasets
    ]


def _run(made: Made | None, project_url: str) -> dict[str, Any]:
    facts = Facts() if made is None or made.origin is None else made.origin.facts
    metadata: dict[str, str] = {}
    if made is not None:
        metadata["startedOn"] = _time(made.record.start_time)
        if made.record.end_time is not None:
            metadata["finishedOn"] = _time(made.record.end_time)
        metadata["invocationId"] = (
            facts.job_url or facts.pipeline_url or f"{project_url}/-/ml/candidates/{made.record.iid}"
        )
    return {"builder": {"id": _builder(made, project_url)}, "metadata": metadata}


def _builder(made: Made | None, project_url: str) -> str:
    """The CI server where its word is proved; else an address that says that nobody has vouched for the builder."""
    origin = None if made is None else made.origin
    if origin is not None and origin.proven:
        return origin.facts.server or origin.issuer
    word = "unknown" if origin is None else "reported"
    return f"{project_url}#builder-{word}"


def _ci(origin: Origin | None) -> Mapping[str, Any]:
    if origin is None:
        return {}
    facts = msgspec.structs.asdict(origin.facts)
    return {
        "shortlist_ci": {
            "verified": origin.verified.value,
            "issuer": origin.issuer,
            "facts": [
                {"name": name, "value": value, "verified": name in origin.proven}
                for name, value in sorted(facts.items())
                if value
            ],
        }
    }


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
