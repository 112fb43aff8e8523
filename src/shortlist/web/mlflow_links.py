"""The addresses that MLflow's client prints at the end of a run, led to the pages that they mean.

It prints `<tracking address>/#/experiments/<id>/runs/<run id>`. What is behind the # stays in the browser, so the
script of our pages reads it (`frontend/src/lib/mlflow_links.ts`) and asks here.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shortlist.access.actions import Action
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.tracking import candidates


async def tracking_address(call: Call, _request: Request) -> Response:
    """A project's tracking address, opened in a browser, is its list of experiments."""
    return RedirectResponse(f"/{call.project.project.full_path}/-/ml/experiments", 303)


async def run(call: Call, _request: Request) -> Response:
    """The page of a candidate, by its run id."""
    record = await call.services.database.read(
        lambda connection: candidates.get(connection, call.project, call.path["run"])
    )
    return RedirectResponse(f"/{call.project.project.full_path}/-/ml/candidates/{record.iid}", 303)


async def experiment(call: Call, _request: Request) -> Response:
    """The page of an experiment of the caller's default project."""
    return RedirectResponse(f"/{call.project.project.full_path}/-/ml/experiments/{call.path['experiment']}", 303)


ENDPOINTS = tuple(
    Endpoint(
        method="GET", path=path, action=Action.EXPERIMENT_READ, mode=Mode.STREAM, handler=handler, tags=("pages",)
    )
    for path, handler in (
        ("/api/v4/projects/{project}/ml/mlflow/", tracking_address),
        ("/{project:path}/-/ml/runs/{run}", run),
        ("/-/ml/runs/{run}", run),
        ("/-/ml/experiments/{experiment}", experiment),
    )
)
