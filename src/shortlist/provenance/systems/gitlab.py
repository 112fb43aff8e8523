"""GitLab's ID tokens (`id_tokens:` of a job). The issuer is the instance itself.

Claims: GitLab's documentation of ID token authentication, "Token payload". Of a merge request from a fork,
`project_path` is the fork, so a rule for the project does not let forks in.
"""

import re

from shortlist.provenance.systems.system import Cut, System

SYSTEM = System(
    name="gitlab",
    title="GitLab CI",
    issuers=("https://gitlab.com",),
    project="project_path",
    project_id="project_id",
    full_refs=("{ref_path}", "refs/tags/{ref}?ref_type=tag", "refs/heads/{ref}?ref_type=branch"),
    facts={
        "project": "project_path",
        "project_id": "project_id",
        "job": "job_id",
        "pipeline": "pipeline_id",
        "pipeline_source": "pipeline_source",
        "ref": "ref",
        "sha": "sha",
        "user": "user_login",
        "runner": "runner_id",
        "environment": "environment",
    },
    # Only where a pipeline runs on the merge request's own ref; otherwise the token does not name it.
    cuts=(Cut("merge_request", "ref_path", re.compile(r"refs/merge-requests/(\d{1,18})/(?:head|merge|train)")),),
    links={
        "project_url": "{server}/{project}",
        "job_url": "{server}/{project}/-/jobs/{job}",
        "pipeline_url": "{server}/{project}/-/pipelines/{pipeline}",
        "merge_request_url": "{server}/{project}/-/merge_requests/{merge_request}",
        "ref_url": "{server}/{project}/-/tree/{ref}",
        "sha_url": "{server}/{project}/-/commit/{sha}",
        "user_url": "{server}/{user}",
    },
)
