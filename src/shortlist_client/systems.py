"""The variables of CI systems, as data. What is not named here never leaves the machine, whatever it is called.

A source is a template of variables; of several the first whose variables are all set counts. The variables are those
that each system documents as predefined.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class CiSystem:
    """`present` is the variable by which the system is known; `facts` goes from fact to sources."""

    name: str
    present: str
    facts: dict[str, tuple[str, ...]]


GITLAB = CiSystem(
    "gitlab",
    "GITLAB_CI",
    {
        "server": ("{CI_SERVER_URL}",),
        "project": ("{CI_PROJECT_PATH}",),
        "project_id": ("{CI_PROJECT_ID}",),
        "project_url": ("{CI_PROJECT_URL}",),
        "job": ("{CI_JOB_ID}",),
        "job_name": ("{CI_JOB_NAME}",),
        "job_url": ("{CI_JOB_URL}",),
        "pipeline": ("{CI_PIPELINE_ID}",),
        "pipeline_url": ("{CI_PIPELINE_URL}",),
        "pipeline_source": ("{CI_PIPELINE_SOURCE}",),
        "sha": ("{CI_COMMIT_SHA}",),
        "ref": ("{CI_COMMIT_REF_NAME}",),
        "merge_request": ("{CI_MERGE_REQUEST_IID}",),
        "merge_request_title": ("{CI_MERGE_REQUEST_TITLE}",),
        "merge_request_url": ("{CI_MERGE_REQUEST_PROJECT_URL}/-/merge_requests/{CI_MERGE_REQUEST_IID}",),
        "source_branch": ("{CI_MERGE_REQUEST_SOURCE_BRANCH_NAME}",),
        "target_branch": ("{CI_MERGE_REQUEST_TARGET_BRANCH_NAME}",),
        "user": ("{GITLAB_USER_LOGIN}",),
        "user_name": ("{GITLAB_USER_NAME}",),
        "runner": ("{CI_RUNNER_DESCRIPTION}", "{CI_RUNNER_ID}"),
        "environment": ("{CI_ENVIRONMENT_NAME}",),
    },
)
GITHUB = CiSystem(
    "github",
    "GITHUB_ACTIONS",
    {
        "server": ("{GITHUB_SERVER_URL}",),
        "project": ("{GITHUB_REPOSITORY}",),
        "project_id": ("{GITHUB_REPOSITORY_ID}",),
        "project_url": ("{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}",),
        "job_name": ("{GITHUB_JOB}",),
        "pipeline": ("{GITHUB_RUN_ID}",),
        "pipeline_url": ("{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",),
        "pipeline_source": ("{GITHUB_EVENT_NAME}",),
        "sha": ("{GITHUB_SHA}",),
        "ref": ("{GITHUB_HEAD_REF}", "{GITHUB_REF_NAME}"),
        "merge_request": ("{GITHUB_REF}",),  # refs/pull/27/merge; see `NUMBERS`
        "source_branch": ("{GITHUB_HEAD_REF}",),
        "target_branch": ("{GITHUB_BASE_REF}",),
        "user": ("{GITHUB_TRIGGERING_ACTOR}", "{GITHUB_ACTOR}"),
        "runner": ("{RUNNER_NAME}",),
    },
)
JENKINS = CiSystem(
    "jenkins",
    "JENKINS_URL",
    {
        "server": ("{JENKINS_URL}",),
        "project": ("{JOB_NAME}",),
        "project_url": ("{JOB_URL}",),
        "job": ("{BUILD_TAG}",),
        "job_url": ("{BUILD_URL}",),
        "pipeline": ("{BUILD_NUMBER}",),
        "pipeline_url": ("{BUILD_URL}",),
        "sha": ("{GIT_COMMIT}",),
        "ref": ("{CHANGE_BRANCH}", "{BRANCH_NAME}", "{GIT_BRANCH}"),
        "merge_request": ("{CHANGE_ID}",),
        "merge_request_title": ("{CHANGE_TITLE}",),
        "merge_request_url": ("{CHANGE_URL}",),
        "source_branch": ("{CHANGE_BRANCH}",),
        "target_branch": ("{CHANGE_TARGET}",),
        "user": ("{BUILD_USER_ID}", "{CHANGE_AUTHOR}"),
        "user_name": ("{BUILD_USER}", "{CHANGE_AUTHOR_DISPLAY_NAME}"),
        "runner": ("{NODE_NAME}",),
    },
)
AZURE = CiSystem(
    "azure",
    "TF_BUILD",
    {
        "server": ("{SYSTEM_COLLECTIONURI}",),
        "project": ("{SYSTEM_TEAMPROJECT}",),
        "job": ("{SYSTEM_JOBID}",),
        "job_name": ("{SYSTEM_JOBDISPLAYNAME}", "{AGENT_JOBNAME}"),
        "pipeline": ("{BUILD_BUILDID}",),
        "pipeline_url": ("{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",),
        "pipeline_source": ("{BUILD_REASON}",),
        "sha": ("{BUILD_SOURCEVERSION}",),
        "ref": ("{BUILD_SOURCEBRANCHNAME}",),
        "merge_request": ("{SYSTEM_PULLREQUEST_PULLREQUESTNUMBER}", "{SYSTEM_PULLREQUEST_PULLREQUESTID}"),
        "source_branch": ("{SYSTEM_PULLREQUEST_SOURCEBRANCH}",),
        "target_branch": ("{SYSTEM_PULLREQUEST_TARGETBRANCH}",),
        "user": ("{BUILD_REQUESTEDFOR}",),
        "runner": ("{AGENT_NAME}",),
    },
)
CIRCLECI = CiSystem(
    "circleci",
    "CIRCLECI",
    {
        "project": ("{CIRCLE_PROJECT_USERNAME}/{CIRCLE_PROJECT_REPONAME}",),
        "job": ("{CIRCLE_BUILD_NUM}",),
        "job_name": ("{CIRCLE_JOB}",),
        "job_url": ("{CIRCLE_BUILD_URL}",),
        "pipeline": ("{CIRCLE_WORKFLOW_ID}",),
        "pipeline_url": ("https://app.circleci.com/pipelines/workflows/{CIRCLE_WORKFLOW_ID}",),
        "sha": ("{CIRCLE_SHA1}",),
        "ref": ("{CIRCLE_TAG}", "{CIRCLE_BRANCH}"),
        "merge_request": ("{CIRCLE_PR_NUMBER}", "{CIRCLE_PULL_REQUEST}"),
        "merge_request_url": ("{CIRCLE_PULL_REQUEST}",),
        "user": ("{CIRCLE_USERNAME}",),
    },
)
BUILDKITE = CiSystem(
    "buildkite",
    "BUILDKITE",
    {
        "project": ("{BUILDKITE_ORGANIZATION_SLUG}/{BUILDKITE_PIPELINE_SLUG}",),
        "job": ("{BUILDKITE_JOB_ID}",),
        "job_name": ("{BUILDKITE_LABEL}", "{BUILDKITE_STEP_KEY}"),
        "job_url": ("{BUILDKITE_BUILD_URL}#{BUILDKITE_JOB_ID}",),
        "pipeline": ("{BUILDKITE_BUILD_NUMBER}",),
        "pipeline_url": ("{BUILDKITE_BUILD_URL}",),
        "pipeline_source": ("{BUILDKITE_SOURCE}",),
        "sha": ("{BUILDKITE_COMMIT}",),
        "ref": ("{BUILDKITE_TAG}", "{BUILDKITE_BRANCH}"),
        "merge_request": ("{BUILDKITE_PULL_REQUEST}",),
        "target_branch": ("{BUILDKITE_PULL_REQUEST_BASE_BRANCH}",),
        "user": ("{BUILDKITE_BUILD_CREATOR}",),
        "runner": ("{BUILDKITE_AGENT_NAME}",),
    },
)
BITBUCKET = CiSystem(
    "bitbucket",
    "BITBUCKET_BUILD_NUMBER",
    {
        "project": ("{BITBUCKET_REPO_FULL_NAME}",),
        "job": ("{BITBUCKET_STEP_UUID}",),
        "pipeline": ("{BITBUCKET_BUILD_NUMBER}",),
        "pipeline_url": ("{BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",),
        "sha": ("{BITBUCKET_COMMIT}",),
        "ref": ("{BITBUCKET_TAG}", "{BITBUCKET_BRANCH}"),
        "merge_request": ("{BITBUCKET_PR_ID}",),
        "merge_request_url": ("{BITBUCKET_GIT_HTTP_ORIGIN}/pull-requests/{BITBUCKET_PR_ID}",),
        "source_branch": ("{BITBUCKET_BRANCH}",),
        "target_branch": ("{BITBUCKET_PR_DESTINATION_BRANCH}",),
    },
)
# Jenkins and Bitbucket last: their variables are the most likely to be set by hand.
SYSTEMS = (GITLAB, GITHUB, AZURE, CIRCLECI, BUILDKITE, JENKINS, BITBUCKET)
