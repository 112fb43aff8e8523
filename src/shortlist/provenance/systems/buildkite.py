"""Buildkite's tokens (`buildkite-agent oidc request-token`).

Claims: Buildkite's documentation of the agent's `oidc` command. A build is our pipeline; its address needs the slugs
of the organization and the pipeline, which together are our CI project.
"""

import re

from shortlist.provenance.systems.system import Cut, System

SYSTEM = System(
    name="buildkite",
    title="Buildkite",
    issuers=("https://agent.buildkite.com",),
    project="{organization_slug}/{pipeline_slug}",
    project_id="pipeline_id",
    project_form=re.compile(r"[^\s/*]+/[^\s/*]+"),
    project_example="organization/pipeline",
    environment="",
    full_refs=("refs/tags/{build_tag}", "refs/heads/{build_branch}"),
    facts={
        "project": "{organization_slug}/{pipeline_slug}",
        "project_id": "pipeline_id",
        "job": "job_id",
        "job_name": "step_key",
        "pipeline": "build_number",
        "pipeline_source": "build_source",
        "ref": "build_branch",
        "sha": "build_commit",
        "runner": "runner_environment",
    },
    cuts=(Cut("ref", "build_tag", re.compile(r"(.+)")),),
    servers={"https://agent.buildkite.com": "https://buildkite.com"},
    links={
        "project_url": "{server}/{project}",
        "job_url": "{server}/{project}/builds/{pipeline}#{job}",
        "pipeline_url": "{server}/{project}/builds/{pipeline}",
    },
)
