"""Rules for names, aliases, stages, tags and texts of the registry. The limits are those of MLflow 3.18. Pure."""

import posixpath
import re
from collections.abc import Mapping

from shortlist.errors import InvalidValue
from shortlist.models.types import Stage
from shortlist.packages.rules import CANDIDATES, is_of_candidates
from shortlist.tracking.rules import check_key, check_text

MAX_NAME = 256
MAX_ALIAS = 255
MAX_METADATA_VALUE = 100_000
MAX_DESCRIPTION = 100_000
MAX_SOURCE = 2_048

LATEST = "latest"

_ALIAS = re.compile(r"[\w\-]+\Z")
_LIKE_A_NUMBER = re.compile(r"[vV]\d+\Z")


def check_name(name: str, field: str = "name") -> str:
    """A model's name: one segment of a path, in its own normal form, without a colon.

    Raises:
        InvalidValue: naming `field`.
    """
    if not name.strip():
        raise InvalidValue(f"Missing value for required parameter '{field}': it must not be blank.", field=field)
    if "/" in name or ":" in name:
        raise InvalidValue(f"Invalid model name '{name[:200]}'. Names cannot contain '/' or ':'.", field=field)
    if posixpath.normpath(name) != name or name in (".", ".."):
        raise InvalidValue(
            f"Invalid value '{name[:200]}' for parameter '{field}' supplied: it must not be '.' or '..'.", field=field
        )
    if is_of_candidates(name):
        raise InvalidValue(
            f"Invalid model name '{name[:200]}'. Names that begin with {CANDIDATES} are those of experiments' files.",
            field=field,
        )
    return check_text(name, MAX_NAME, field)


def check_alias(alias: str) -> str:
    """An alias as it may be looked up."""
    if not alias:
        raise InvalidValue("Registered model alias name cannot be empty.", field="alias")
    if not _ALIAS.match(alias):
        raise InvalidValue(
            f"Invalid alias name: '{alias[:200]}'. Names may only contain alphanumerics, underscores (_) and "
            "dashes (-).",
            field="alias",
        )
    return check_text(alias, MAX_ALIAS, "alias")


def check_new_alias(alias: str) -> str:
    """An alias as it may be set: not what already means something."""
    check_alias(alias)
    if alias.lower() == LATEST:
        raise InvalidValue("'latest' alias name (case insensitive) is reserved.", field="alias")
    if _LIKE_A_NUMBER.match(alias):
        raise InvalidValue(
            f"Version alias name '{alias}' is reserved: it reads as the number of a version.", field="alias"
        )
    return alias


def check_stage(text: str, field: str = "stage") -> Stage:
    """The stage that a text in any case names."""
    try:
        return Stage(text.lower())
    except ValueError:
        names = ", ".join(stage.value.capitalize() for stage in Stage)
        raise InvalidValue(
            f"Invalid Model Version stage: {text[:100]}. Value must be one of {names}.", field=field
        ) from None


def check_metadata(pairs: Mapping[str, str], field: str = "tags") -> None:
    for key, value in pairs.items():
        check_key(key, f"{field}.key" if field else "key")
        check_text(value, MAX_METADATA_VALUE, f"{field}.value" if field else "value")


def check_description(description: str) -> str:
    return check_text(description, MAX_DESCRIPTION, "description")
