"""GitHub Actions' tokens (`permissions: id-token: write`).

Claims: GitHub's documentation, "OpenID Connect reference". `ref` of a pull request is `refs/pull/<number>/merge`, so
a rule for a branch does not let pull requests from a branch of that name in. A token names the run, which is our
pipeline, and in newer versions the check run, which is the job.
"""

import re

from shortlist.provenance.systems.system import Cut, System

SYSTEM = System(
    name="github",
    title="GitHub Actions",
    issuers=("https://token.actions.githubusercontent.com",),
    issuer_pattern=re.compile(r"https://[^/]+/_services/token"),  # of an enterprise server
    project="repository",
    project_id="repository_id",
    project_form=re.compile(r"[^\s/*]+/[^\s/*]+"),
    project_example="owner/repository",
    full_refs=("{ref}",),
    facts={
        "project": "repository",
        "project_id": "repository_id",
        "job": "check_run_id",
        "job_name": "workflow",
        "pipeline": "run_id",
        "pipeline_source": "event_name",
        "source_branch": "head_ref",
        "target_branch": "base_ref",
        "sha": "sha",
        "user": "actor",
        "runner": "runner_environment",
        "environment": "environment",
    },
    cuts=(
        Cut("ref", "ref", re.compile(r"refs/(?:heads|tags)/(.+)")),
        Cut("ref", "head_ref", re.compile(r"(.+)")),
        Cut("merge_request", "ref", re.compile(r"refs/pull/(\d{1,18})/(?:merge|head)")),
    ),
    servers={"https://token.actions.githubusercontent.com": "https://github.com"},
    server_suffix="/_services/token",
    links={
        "project_url": "{server}/{project}",
        "job_url": "{server}/{project}/actions/runs/{pipeline}/job/{job}",
        "pipeline_url": "{server}/{project}/actions/runs/{pipeline}",
        "merge_request_url": "{server}/{project}/pull/{merge_request}",
        "ref_url": "{server}/{project}/tree/{ref}",
        "sha_url": "{server}/{project}/commit/{sha}",
        "user_url": "{server}/{user}",
    },
)
