"""How the MLflow surface answers: its JSON, its errors, and the statuses that its clients expect."""

import msgspec

from shortlist.errors import Code
from shortlist.http.surface import Surface

SURFACE = Surface(
    name="mlflow",
    encode=msgspec.json.Encoder().encode,
    null_is_absent=True,
    # A taken name is 400 here: the client looks at `error_code`, and retries a few other statuses.
    statuses={Code.RESOURCE_ALREADY_EXISTS: 400},
)
