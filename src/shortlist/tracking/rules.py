"""Rules for names, keys and values. The limits are those of MLflow 3.18, so that no client meets a new one."""

import math
import re

from shortlist.errors import InvalidValue, MissingValue
from shortlist.tracking.types import DatasetInput

MAX_EXPERIMENT_NAME = 500
MAX_CANDIDATE_NAME = 250
MAX_KEY = 250
MAX_PARAM_VALUE = 6_000
MAX_METADATA_VALUE = 8_000
MAX_NOTE = 20_000
MAX_EXPERIMENT_METADATA_VALUE = 20_000
MAX_ARTIFACT_LOCATION = 2_048
MAX_BATCH_ITEMS = 1_000
MAX_BATCH_PARAMS = 100
MAX_BATCH_METADATA = 100
MAX_BATCH_METRICS = 1_000
MAX_MODEL_HISTORY = 1_000_000
MAX_INT64 = 2**63 - 1

_DATASET_LIMITS = {
    "name": 500,
    "digest": 36,
    "source_type": 500,
    "source": 65_535,
    "schema": 1_048_575,
    "profile": 16_777_215,
}
_MAX_INPUT_TAG_KEY = 255
_MAX_INPUT_TAG_VALUE = 500

_KEY = re.compile(r"[/\w.\- :]+\Z")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?\Z", re.ASCII)


def check_key(key: str, field: str) -> str:
    """A key of a parameter or of metadata: word characters, `/ . - : space`, in its own normal form as a path.

    Raises:
        InvalidValue: the key is empty, too long, has other characters, or could leave a folder named after it.
    """
    if not key:
        raise MissingValue(field)
    if len(key) > MAX_KEY:
        raise InvalidValue(f"'{field}' exceeds the maximum length of {MAX_KEY} characters", field=field)
    if not _KEY.match(key):
        raise InvalidValue(
            f"Invalid value {key!r} for parameter '{field}' supplied: names may only contain alphanumerics, "
            "underscores (_), dashes (-), periods (.), spaces ( ), colons (:) and slashes (/).",
            field=field,
        )
    if "/" in key or key.startswith("."):
        parts = key.split("/")
        if key.startswith("..") or any(part in ("", ".", "..") for part in parts):
            raise InvalidValue(
                f"Invalid value {key!r} for parameter '{field}' supplied: names may be treated as files, so they "
                "must not begin with '..' or have empty, '.' or '..' parts.",
                field=field,
            )
    return key


def check_text(value: str, limit: int, field: str) -> str:
    """A value of at most `limit` characters that both databases can store (no NUL, no lone surrogate)."""
    if len(value) > limit:
        raise InvalidValue(
            f"Invalid value for parameter '{field}' supplied: it has {len(value)} characters, which exceeds the "
            f"maximum length of {limit} characters",
            field=field,
        )
    if "\x00" in value or not _is_unicode(value):
        raise InvalidValue(
            f"Invalid value for parameter '{field}' supplied: it has a NUL character or half of a surrogate pair",
            field=field,
        )
    return value


def _is_unicode(value: str) -> bool:
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def check_experiment_name(name: str) -> str:
    if not name.strip():
        raise InvalidValue("Invalid value for parameter 'name' supplied: it must not be blank.", field="name")
    return check_text(name, MAX_EXPERIMENT_NAME, "name")


def check_candidate_name(name: str, field: str = "run_name") -> str:
    if not name.strip():
        raise InvalidValue(f"Invalid value for parameter '{field}' supplied: it must not be blank.", field=field)
    return check_text(name, MAX_CANDIDATE_NAME, field)


def check_time(value: int, field: str) -> int:
    if not 0 <= value <= MAX_INT64:
        raise InvalidValue(
            f"Invalid value {value} for parameter '{field}' supplied: "
            "it must be milliseconds since 1970, not negative.",
            field=field,
        )
    return value


def check_artifact_location(location: str) -> str:
    """A URI that a client may use instead of the package registry.

    Raises:
        InvalidValue: too long, or a form that would point at another run or hide where it points.
    """
    check_text(location, MAX_ARTIFACT_LOCATION, "artifact_location")
    if location.startswith("runs:") or "#" in location or "?" in location or ".." in location.split("/"):
        raise InvalidValue(
            f"Invalid value {location!r} for parameter 'artifact_location' supplied: it must be a plain URI without "
            "query, fragment or '..'.",
            field="artifact_location",
        )
    return location


def check_dataset(item: DatasetInput, field: str) -> None:
    """The lengths of a dataset's fields and of the tags of its use; `field` is that of the use."""
    for name, limit in _DATASET_LIMITS.items():
        check_text(getattr(item, name) or "", limit, f"{field}.dataset.{name}")
    for key, value in item.tags.items():
        check_text(key, _MAX_INPUT_TAG_KEY, f"{field}.tags.key")
        check_text(value, _MAX_INPUT_TAG_VALUE, f"{field}.tags.value")


def as_number(value: str) -> float | None:
    """The finite number that a parameter's text reads as, for numeric comparison; None when it does not."""
    text = value.strip()
    if len(text) > 40 or not _NUMBER.match(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None
