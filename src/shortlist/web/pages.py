"""The pages, at GitLab's addresses. Each carries the data of its first view."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import parse_qs, quote, urlencode

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shortlist.access.actions import Action
from shortlist.access.policy import Outcome, decide
from shortlist.access.scope import ANONYMOUS
from shortlist.errors import Code, DomainError, NotFound
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.http.security import PAGE_POLICY
from shortlist.http.surface import Surface
from shortlist.models import lookup
from shortlist.reports.types import ReportQuery, Subject
from shortlist.saved_views import service as saved_views
from shortlist.sign_in.provider import Provider
from shortlist.web import (
    api_views,
    compare,
    mlflow_links,
    models,
    packages,
    people_pages,
    projects,
    provider_sign_in,
    reports,
    session,
    views,
    wire,
    wire_models,
    wire_packages,
)
from shortlist.web.assets import Assets
from shortlist.web.page_data import PageData

_PROJECT = "/{project:path}/-/ml"
_FIRST_ROWS = 100
_DRAWN = 5  # candidates in the picture of a link's preview
_NAMED = 4  # candidates in the title of a comparison
_HEADERS = {"content-security-policy": PAGE_POLICY, "cache-control": "no-store"}

PageHandler = Callable[[Call, Request], Awaitable[Response]]


def surface(assets: Assets, providers: Sequence[Provider] = ()) -> Surface:
    """Errors as pages: who lacks credentials is shown the sign-in form at the address they asked for."""

    shown = provider_sign_in.options(providers)

    def error_page(error: DomainError) -> bytes:
        if error.code is Code.UNAUTHENTICATED:
            return assets.page(PageData("sign_in", session.anonymous(), sign_in=shown), "Sign in · Shortlist")
        return assets.page(PageData("not_found", session.anonymous()), "Not found · Shortlist")

    return Surface(
        name="pages",
        error_bytes=error_page,
        error_type="text/html; charset=utf-8",
        statuses={Code.PERMISSION_DENIED: 404},
        policy=PAGE_POLICY,
        challenge=False,
        moves=True,
    )


class Pages:
    """The handlers of the pages; they share the built assets."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    def _page(self, data: PageData, title: str, image: str = "") -> Response:
        body = self._assets.page(data, f"{title} · Shortlist", image)
        return Response(body, media_type="text/html; charset=utf-8", headers=_HEADERS)

    async def sign_in(self, call: Call, _request: Request) -> Response:
        """The sign-in page."""
        if call.actor.user_id is not None:
            return RedirectResponse("/", 303)
        data = PageData("sign_in", session.current(call))
        data.sign_in = provider_sign_in.current_options(call, parse_qs(call.query))
        return self._page(data, "Sign in")

    async def sign_up(self, call: Call, _request: Request) -> Response:
        """A form for an account of one's own, where the instance allows it."""
        if call.actor.user_id is not None:
            return RedirectResponse("/", 303)
        return self._page(PageData("sign_up", session.current(call)), "Sign up")

    async def projects(self, call: Call, _request: Request) -> Response:
        """The projects that the caller can see."""
        if call.actor.user_id is None:
            return RedirectResponse("/users/sign_in", 303)
        found = await call.services.database.read(lambda connection: projects.project_list(call, connection))
        return self._page(PageData("projects", session.current(call), projects=found), "Projects")

    async def project(self, call: Call, _request: Request) -> Response:
        """A project's start page is its list of experiments, or of its members where there are none to see."""
        facts = call.project.project
        seen = decide(call.actor, Action.EXPERIMENT_READ, facts).outcome is Outcome.ALLOWED
        page = "ml/experiments" if seen else "project_members"
        return RedirectResponse(f"/{facts.full_path}/-/{page}", 303)

    async def experiments(self, call: Call, _request: Request) -> Response:
        """The experiments of a project."""

        def work(connection: Connection) -> PageData:
            data = _of_project(call, connection, "experiments")
            data.experiments = views.experiment_list(connection, call.project, wire.ExperimentQuery())
            return data

        data = await call.services.database.read(work)
        return self._page(data, f"Model experiments · {call.project.project.full_path}")

    async def experiment(self, call: Call, request: Request) -> Response:
        """The candidates of an experiment; an address without a query is sent on to its default view."""
        iid = _number(call.path["experiment"])
        if not request.url.query:
            default = await call.services.database.read(
                lambda connection: saved_views.default_query(connection, call.project, iid)
            )
            if default:
                return RedirectResponse(f"{request.url.path}?{default}", 303, {"cache-control": "no-store"})
        query = _query_of(request, iid)

        def work(connection: Connection) -> PageData:
            data = _of_project(call, connection, "experiment")
            data.experiment = views.experiment(connection, call.project, query.experiment)
            data.columns = views.columns(connection, call.project, query.experiment)
            data.views = api_views.shown(connection, call.project, query.experiment)
            return data

        database = call.services.database
        if database.dialect == "sqlite":
            # Its readers take and let go of the interpreter for every row: two at once take twice as long as one after
            # the other.
            found, data = await _answered(call, query), await database.read(work)
        else:
            found, data = await asyncio.gather(_answered(call, query), database.read(work))
        data.answer, data.candidates, data.query = found.answer, found.page, query
        title = data.experiment.name if data.experiment else "Experiment"
        return self._page(data, title, _picture(call, found) if _is_open(call) else "")

    async def candidate(self, call: Call, _request: Request) -> Response:
        """One candidate."""
        iid = _number(call.path["candidate"])

        def work(connection: Connection) -> PageData:
            data = _of_project(call, connection, "candidate")
            data.candidate = views.candidate(connection, call.project, iid)
            return data

        data = await call.services.database.read(work)
        call.services.refresher.seen(call.project.project_id, [iid])
        return self._page(data, data.candidate.name if data.candidate else "Candidate")

    async def models(self, call: Call, _request: Request) -> Response:
        """The registered models of a project."""

        def work(connection: Connection) -> PageData:
            data = _of_project(call, connection, "models")
            data.models = models.model_list(connection, call.project, wire_models.ModelQuery())
            return data

        data = await call.services.database.read(work)
        return self._page(data, f"Models · {call.project.project.full_path}")

    async def model(self, call: Call, _request: Request) -> Response:
        """One registered model with its versions."""
        iid = _number(call.path["model"])

        def work(connection: Connection) -> PageData:
            data = _of_project(call, connection, "model")
            data.model = models.model_page(connection, call.project, iid)
            return data

        data = await call.services.database.read(work)
        return self._page(data, data.model.model.name if data.model else "Model")

    async def version(self, call: Call, _request: Request) -> Response:
        """One version of a registered model."""
        place = _number(call.path["model"]), _number(call.path["version"])

        def work(connection: Connection) -> PageData:
            data = _of_project(call, connection, "version")
            data.version = models.version(connection, call.project, lookup.by_place(connection, call.project, place))
            return data

        data = await call.services.database.read(work)
        return self._page(data, f"{data.version.name} {data.version.version}" if data.version else "Version")

    async def compare(self, call: Call, request: Request) -> Response:
        """Candidates beside each other: `?candidates=3.7.12`, the first of which is the baseline."""
        iids = _iids_of(request)
        found = await compare.comparison(call.services, call.project, iids) if iids else None
        data = await call.services.database.read(lambda connection: _of_project(call, connection, "compare"))
        data.comparison = found
        names = [item.name for item in found.candidates] if found else []
        title = " and ".join([", ".join(names[:-1]), names[-1]]) if 1 < len(names) <= _NAMED else "Compare"
        return self._page(data, title)

    async def packages(self, call: Call, _request: Request) -> Response:
        """The packages of a project."""

        def work(connection: Connection) -> PageData:
            data = _of_project(call, connection, "packages")
            data.packages = packages.package_list(connection, call.project, wire_packages.PackageQuery())
            return data

        data = await call.services.database.read(work)
        return self._page(data, f"Packages · {call.project.project.full_path}")

    async def package(self, call: Call, _request: Request) -> Response:
        """One package with its files."""
        number = _number(call.path["package"])

        def work(connection: Connection) -> PageData:
            data = _of_project(call, connection, "package")
            data.package = packages.package_page(connection, call.project, number)
            return data

        data = await call.services.database.read(work)
        shown = data.package.package if data.package else None
        return self._page(data, f"{shown.name} {shown.version}" if shown else "Package")

    async def merge_request(self, call: Call, request: Request) -> Response:
        """What a merge request produced."""
        return await self._report(call, request, "merge_request")

    async def pipeline(self, call: Call, request: Request) -> Response:
        """What a pipeline produced."""
        return await self._report(call, request, "pipeline")

    async def _report(self, call: Call, request: Request, subject: Subject) -> Response:
        given, number = request.query_params, call.path["number"]
        query = ReportQuery(
            subject=subject,
            number=number[: reports.MAX_NUMBER],
            ci_project=given.get("ci_project", ""),
            target=given.get("target", ""),
        )
        found = await reports.report(call.services, call.project, query, call.base_url)
        data = await call.services.database.read(lambda connection: _of_project(call, connection, "report"))
        data.report = found
        named = f"{subject.replace('_', ' ').capitalize()} {number}"
        return self._page(data, f"{found.title or named} · {call.project.project.full_path}")

    async def asset(self, call: Call, _request: Request) -> Response:
        """A file of the built front end; its name holds its hash, so it never changes."""
        asset = self._assets.get(call.path["path"])
        headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
        body = asset.body
        if "gzip" in call.headers.get("accept-encoding", "") and (compressed := asset.compressed) is not None:
            headers["content-encoding"] = "gzip"
            body = compressed
        return Response(body, media_type=asset.content_type, headers=headers)

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            _get("/", Action.PROJECT_LIST, self.projects),
            _get("/users/sign_in", Action.SERVER_PUBLIC, self.sign_in),
            _get("/users/sign_up", Action.SERVER_PUBLIC, self.sign_up),
            *provider_sign_in.PAGES,
            _get("/-/assets/{path:path}", Action.SERVER_PUBLIC, self.asset),
            _get(_PROJECT + "/experiments", Action.EXPERIMENT_READ, self.experiments),
            _get(_PROJECT + "/experiments/{experiment}", Action.EXPERIMENT_READ, self.experiment),
            _get(_PROJECT + "/compare", Action.EXPERIMENT_READ, self.compare),
            _get(_PROJECT + "/candidates/{candidate}", Action.EXPERIMENT_READ, self.candidate),
            _get(_PROJECT + "/models", Action.MODEL_READ, self.models),
            _get(_PROJECT + "/models/{model}", Action.MODEL_READ, self.model),
            _get(_PROJECT + "/models/{model}/versions/{version}", Action.MODEL_READ, self.version),
            _get("/{project:path}/-/packages", Action.PACKAGE_READ, self.packages),
            _get("/{project:path}/-/packages/{package}", Action.PACKAGE_READ, self.package),
            _get("/{project:path}/-/merge_requests/{number}", Action.EXPERIMENT_READ, self.merge_request),
            _get("/{project:path}/-/pipelines/{number}", Action.EXPERIMENT_READ, self.pipeline),
            _get("/{project:path}", Action.PROJECT_READ, self.project),
            *mlflow_links.ENDPOINTS,
            *people_pages.endpoints(self._page),
        )


def _of_project(call: Call, connection: Connection, page: str) -> PageData:
    """What every page of a project carries; the page adds its own."""
    return PageData(page, session.current(call), project=projects.project_of(connection, call.project))


async def _answered(call: Call, query: wire.CandidateQuery) -> wire.AnsweredPage:
    """What the page of an experiment shows; beside a filter that does not parse, the unfiltered rows."""
    try:
        return await views.answered_page(call.services, call.project, query)
    except DomainError:
        plain = wire.CandidateQuery(query.experiment, max_results=_FIRST_ROWS)
        return await views.answered_page(call.services, call.project, plain)


def _is_open(call: Call) -> bool:
    """Whether those who fetch previews, who are nobody, may see what this caller sees of experiments."""
    facts = msgspec.structs.replace(call.project.project, role=None)
    return decide(ANONYMOUS, Action.EXPERIMENT_READ, facts).outcome is Outcome.ALLOWED


def _picture(call: Call, found: wire.AnsweredPage) -> str:
    """The curves of the best, as a picture for previews."""
    best = [
        str(row.iid) for row in found.page.candidates if row.standing is not None and row.standing.rank is not None
    ]
    goal = found.answer.goal
    if goal is None or not best:
        return ""
    given = {"candidates": ".".join(best[:_DRAWN]), "metric": goal.metric, "width": 1200, "height": 630}
    project = quote(call.project.project.full_path, safe="")
    return f"{call.base_url}/api/v1/projects/{project}/curves.png?{urlencode(given)}"


def _get(path: str, action: Action, handler: PageHandler) -> Endpoint:
    return Endpoint(method="GET", path=path, action=action, mode=Mode.STREAM, handler=handler, tags=("pages",))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound("There is no such page.")
    return int(text)


def _iids_of(request: Request) -> list[int]:
    """The candidates that the address names, apart by dots or commas; none for an address that names none."""
    words = re.split(r"[.,]", request.query_params.get("candidates", ""))
    return [_number(word) for word in words if word]


def _query_of(request: Request, experiment: int) -> wire.CandidateQuery:
    """The view that the address names: `?filter=…&order_by=…&view=…&rows=…&open=…`."""
    given = parse_qs(request.url.query)
    view = given.get("view", ["active"])[0]
    ranked = view == "active" and not given.get("order_by")
    fold, opened = given.get("rows", [""])[0], given.get("open", [""])[0]
    return wire.CandidateQuery(
        experiment=experiment,
        filter=given.get("filter", [""])[0],
        order_by=given.get("order_by", []),
        view=view if view in ("active", "deleted", "all") else "active",
        max_results=_FIRST_ROWS,
        ranked=ranked,
        fold=fold if ranked and fold in ("seeds", "tree") else "",
        expanded=[int(word) for word in opened.split(".") if word.isascii() and word.isdigit() and len(word) <= 15],
    )
