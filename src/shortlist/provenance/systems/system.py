"""What a CI system's file says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cut:
    """A fact that is a part of a claim: what the first group of the pattern finds in it."""

    fact: str
    claim: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """How the claims of a CI system's identity tokens become facts.

    `issuers` are the issuers that the system publishes, `issuer_pattern` the form of others of its own. `project`,
    `project_id` and `environment` say where a rule's values are; `full_refs` where the ref is, the first that the
    claims fill. `facts` goes from fact to source, and `cuts` take a part of a claim; of several for one fact the
    last counts. `servers` has the address of the system's pages by issuer; of others it is the issuer without
    `server_suffix`. `links` goes from a fact that is an address to a template of facts.

    A source is the name of a claim, or a template with claims in braces; `?claim=value` after it is a condition.
    """

    name: str
    title: str
    issuers: tuple[str, ...] = ()
    issuer_pattern: re.Pattern[str] | None = None
    project: str
    project_id: str = ""
    project_form: re.Pattern[str] = re.compile(r"[^\s/*]+(/[^\s/*]+)+")
    project_example: str = "group/project"
    environment: str = "environment"
    full_refs: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    cuts: tuple[Cut, ...] = ()
    servers: Mapping[str, str] = field(default_factory=dict[str, str])
    server_suffix: str = ""
    links: Mapping[str, str] = field(default_factory=dict[str, str])
