"""Rules for a logged model's name, id, parameters and metadata. The limits are those of MLflow 3.18. Pure."""

import re
from collections.abc import Mapping

from shortlist.errors import InvalidValue, NotFound
from shortlist.tracking.rules import MAX_KEY, check_key, check_text

MAX_NAME = 500
MAX_PARAM_VALUE = 6_000
MAX_METADATA_VALUE = 100_000
MAX_PARAMS = 100
MAX_DATASET_NAME = 500
MAX_DATASET_DIGEST = 36

_FORBIDDEN = frozenset("/:.%\"'")
_EXTERNAL_ID = re.compile(r"m-[0-9a-f]{32}\Z")


def check_name(name: str) -> str:
    """A name: not blank, and without what would mean something in the address of a model.

    Raises:
        InvalidValue: naming `name`.
    """
    if not name.strip() or not _FORBIDDEN.isdisjoint(name):
        raise InvalidValue(
            f"Invalid model name ({name[:200]!r}) provided. It must not be empty and cannot contain / : . % \" or '.",
            field="name",
        )
    return check_text(name, MAX_NAME, "name")


def parse_external_id(text: str) -> str:
    """The id in its one form.

    Raises:
        NotFound: no logged model can have it.
    """
    lowered = text.lower()
    if not _EXTERNAL_ID.match(lowered):
        raise not_found(text)
    return lowered


def not_found(external_id: str) -> NotFound:
    return NotFound(f"Logged model with ID '{external_id[:100]}' not found.", field="model_id")


def check_params(params: Mapping[str, str]) -> None:
    for key, value in params.items():
        check_key(key, "params.key")
        check_text(value, MAX_PARAM_VALUE, "params.value")


def check_metadata(metadata: Mapping[str, str]) -> None:
    for key, value in metadata.items():
        check_key(key, "tags.key")
        check_text(value, MAX_METADATA_VALUE, "tags.value")


def check_dataset(name: str, digest: str, field: str) -> None:
    """The names of the dataset that a metric was measured on.

    Raises:
        InvalidValue: too long, or one without the other.
    """
    check_text(name, MAX_DATASET_NAME, f"{field}dataset_name")
    check_text(digest, MAX_DATASET_DIGEST, f"{field}dataset_digest")
    if bool(name) != bool(digest):
        raise InvalidValue(
            "Both dataset_name and dataset_digest must be provided if one is provided",
            field=f"{field}{'dataset_digest' if name else 'dataset_name'}",
        )


def check_model_type(model_type: str) -> str:
    return check_text(model_type, MAX_KEY, "model_type")
