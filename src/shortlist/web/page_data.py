"""The data that a page carries."""

import msgspec

from shortlist.web import wire, wire_answer, wire_compare, wire_models, wire_packages, wire_reports, wire_views
from shortlist.web.wire_people_pages import PeopleData
from shortlist.web.wire_sign_in import SignInOptions


class PageData(msgspec.Struct):
    """What a page carries inside `<script id="page-data" type="application/json">`, so that it paints at once.

    `page` is one of sign_in, sign_up, projects, experiments, experiment, candidate, compare, models, model, version,
    packages, package, report, not_found, or the name of a page about people. The field with the page's data holds
    exactly what the API would answer.
    """

    page: str
    session: wire.Session
    project: wire.Project | None = None
    projects: wire.ProjectList | None = None
    experiments: wire.ExperimentList | None = None
    experiment: wire.Experiment | None = None
    answer: wire_answer.Answer | None = None
    columns: wire.ColumnList | None = None
    views: wire_views.ViewList | None = None
    candidates: wire.CandidatePage | None = None
    candidate: wire.Candidate | None = None
    comparison: wire_compare.Comparison | None = None  # where the address names candidates
    models: wire_models.ModelList | None = None
    model: wire_models.ModelPage | None = None
    version: wire_models.Version | None = None
    packages: wire_packages.PackageList | None = None
    package: wire_packages.PackagePage | None = None
    report: wire_reports.Report | None = None  # of a merge request or a pipeline
    query: wire.CandidateQuery | None = None  # the search that `candidates` answers, taken from the address
    sign_in: SignInOptions | None = None
    people: PeopleData | None = None  # of pages about people, projects and access
