"""CircleCI's tokens (`circleci run oidc get`). Each organization is an issuer of its own.

Claims: CircleCI's documentation, "OpenID Connect tokens"; its own begin with `oidc.circleci.com/`. They name the
project by its id, the user inside `sub`, and say nothing of the commit.
"""

import re

from shortlist.provenance.systems.system import Cut, System

_OWN = "oidc.circleci.com/"

SYSTEM = System(
    name="circleci",
    title="CircleCI",
    issuer_pattern=re.compile(r"https://oidc\.circleci\.com/org/[0-9a-f-]{36}"),
    project=_OWN + "project-id",
    project_id=_OWN + "project-id",
    project_form=re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    project_example="the project's id: 8 hexadecimal digits, and so on",
    environment="",
    full_refs=("{oidc.circleci.com/vcs-ref}",),
    facts={
        "project": _OWN + "project-id",
        "project_id": _OWN + "project-id",
        "job": _OWN + "job-id",
        "pipeline": _OWN + "pipeline-id",
    },
    cuts=(
        Cut("ref", _OWN + "vcs-ref", re.compile(r"refs/(?:heads|tags)/(.+)")),
        Cut("user", "sub", re.compile(r"org/[^/]+/project/[^/]+/user/([^/]+)")),
    ),
)
