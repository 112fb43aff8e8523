"""Any other issuer of OpenID Connect tokens: a rule names the whole subject, and nothing else is known."""

import re

from shortlist.provenance.systems.system import System

SYSTEM = System(
    name="generic",
    title="OpenID Connect",
    project="sub",
    project_form=re.compile(r"[^\s*]{3,500}"),
    project_example="the whole subject of the token",
    environment="",
    facts={"project": "sub", "user": "sub"},
)
