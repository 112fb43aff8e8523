"""Packages and versions out of the files that describe an environment, pure.

Read are pip's requirements files, conda's environments and MLflow's python_env.yaml, line by line: each writes one
requirement on a line, after a dash or not. Options, comments and whatever else is no requirement are passed over.
"""

import re
from collections.abc import Iterable

_REQUIREMENT = re.compile(
    r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\]\s*)?(?P<operator>===?|~=|!=|<=|>=|<|>|=)\s*(?P<rest>[^;#]+)"
)
_PYTHON = re.compile(r"^python\s*:\s*[\"']?(?P<version>[\w.]+)")
_BARE = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*$")
_SECTIONS_WITHOUT = ("channels:", "name:", "prefix:", "variables:")


def packages(text: str, *, conda: bool) -> dict[str, str]:
    """Version by normalised name; a range where none is pinned, `any` where nothing is said.

    Args:
        conda: the file is YAML, whose requirements are items of lists and may have a single equals sign.
    """
    found: dict[str, str] = {}
    skipping = False
    for raw in text.splitlines():
        line = raw.split(" #")[0].strip()
        if conda and not raw.startswith((" ", "-", "\t")):
            skipping = line.startswith(_SECTIONS_WITHOUT)
        if not line or line.startswith("#") or skipping:
            continue
        pair = _item(line, conda=conda)
        if pair is not None:
            found.setdefault(*pair)
    return found


def _item(line: str, *, conda: bool) -> tuple[str, str] | None:
    if conda:
        python = _PYTHON.match(line)
        if python is not None:
            return "python", python["version"]
        if not line.startswith("-"):
            return None
        line = line.lstrip("- ").strip("\"'")
    elif line.startswith("-"):
        return None
    match = _REQUIREMENT.match(line)
    if match is not None:
        operator, rest = match["operator"], match["rest"].strip()
        # conda writes name=version=build.
        version = rest.split("=")[0] if operator == "=" else rest
        return _normal(match["name"]), version if operator in ("=", "==", "===") else operator + version
    bare = _BARE.match(line)
    return None if bare is None else (_normal(bare["name"]), "any")


def _normal(name: str) -> str:
    """PEP 503: pip takes these spellings for one name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def merged(environments: Iterable[dict[str, str]]) -> dict[str, str]:
    """One environment out of several files; an earlier file has the last word."""
    found: dict[str, str] = {}
    for environment in environments:
        for name, version in environment.items():
            found.setdefault(name, version)
    return found
