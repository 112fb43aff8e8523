"""The CI jobs and pipelines that made candidates, in GitLab's shape. `candidates` and `verified` are ours."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection

from shortlist.access.actions import Action
from shortlist.connected import lookups
from shortlist.errors import NotFound
from shortlist.http.endpoint import Call
from shortlist.provenance import origins
from shortlist.reports import store
from shortlist.v4 import ci_shapes
from shortlist.v4.operations import read
from shortlist.v4.paging import Paged, announce
from shortlist.v4.surface import PROJECT

Subject = Literal["job", "pipeline"]


class PipelineJobList(Paged, kw_only=True):
    pipeline_id: str


class JobId(msgspec.Struct):
    job_id: str


class PipelineId(msgspec.Struct):
    pipeline_id: str


def list_jobs(call: Call, connection: Connection, request: Paged) -> list[dict[str, Any]]:
    """List the CI jobs that made candidates of a project, the newest first."""
    return _listed(call, connection, request, "job", {})


def list_pipelines(call: Call, connection: Connection, request: Paged) -> list[dict[str, Any]]:
    """List the pipelines that made candidates of a project, the newest first."""
    return _listed(call, connection, request, "pipeline", {})


def list_pipeline_jobs(call: Call, connection: Connection, request: PipelineJobList) -> list[dict[str, Any]]:
    """List the jobs of a pipeline that made candidates."""
    return _listed(call, connection, request, "job", {"pipeline": request.pipeline_id})


def get_job(call: Call, connection: Connection, request: JobId) -> dict[str, Any]:
    """Get a CI job that made candidates."""
    return _one(call, connection, "job", request.job_id)


def get_pipeline(call: Call, connection: Connection, request: PipelineId) -> dict[str, Any]:
    """Get a pipeline that made candidates."""
    return _one(call, connection, "pipeline", request.pipeline_id)


def _listed(
    call: Call, connection: Connection, request: Paged, subject: Subject, within: Mapping[str, str]
) -> list[dict[str, Any]]:
    request.check()
    rows, total = store.seen(connection, call.project, subject, within, request.limit, request.offset)
    announce(call, request, total)
    return _shapes(call, connection, subject, rows)


def _one(call: Call, connection: Connection, subject: Subject, number: str) -> dict[str, Any]:
    rows, _ = store.seen(connection, call.project, subject, {subject: number}, 1, 0)
    if not rows:
        raise NotFound(f"No candidate here was made by the {subject} {number[:100]!r}.", field=f"{subject}_id")
    return _shapes(call, connection, subject, rows)[0]


def _shapes(
    call: Call, connection: Connection, subject: Subject, rows: Sequence[tuple[str, int, int]]
) -> list[dict[str, Any]]:
    found = origins.of_candidates(connection, call.project, [iid for _, iid, _ in rows])
    looked_up = lookups.of_origins(connection, call.project.project_id, found.values())
    shape = ci_shapes.job if subject == "job" else ci_shapes.pipeline
    return [
        {
            **shape(found[iid], looked_up),
            "project_id": call.project.project_id,
            "candidates": count,
            "verified": subject in found[iid].proven,
        }
        for _, iid, count in rows
    ]


_JOBS, _PIPELINES = f"{PROJECT}/jobs", f"{PROJECT}/pipelines"
_ONE = f"{_PIPELINES}/{{pipeline_id}}"
_SEEN = list[dict[str, Any]]

ENDPOINTS = (
    read(_JOBS, Action.EXPERIMENT_READ, list_jobs, Paged, _SEEN),
    read(f"{_JOBS}/{{job_id}}", Action.EXPERIMENT_READ, get_job, JobId),
    read(_PIPELINES, Action.EXPERIMENT_READ, list_pipelines, Paged, _SEEN),
    read(_ONE, Action.EXPERIMENT_READ, get_pipeline, PipelineId),
    read(f"{_ONE}/jobs", Action.EXPERIMENT_READ, list_pipeline_jobs, PipelineJobList, _SEEN),
)
