"""Addresses of artifact roots below the artifact proxy: where the files of candidates, models and versions are.

Clients see them as `mlflow-artifacts:/files/<address>`, and may put a host in between. What MLflow's server hands
out (`<experiment>/<run>/artifacts`, `<experiment>/models/<model>/artifacts`) is understood too. Pure.
"""

import re
from enum import Enum
from urllib.parse import unquote, urlsplit

import msgspec

SCHEME = "mlflow-artifacts"
# MLflow's client asks for an address of one segment at the server's root, whatever project it logs to; so it has two.
_FOLDER = "files"
BASE = f"{SCHEME}:/{_FOLDER}/"

_PROXY_ROUTE = f"/{SCHEME}/artifacts/"
_CANDIDATE = re.compile(r"candidate:(?P<name>[0-9]{1,18})(?:/(?P<rest>.+))?\Z")
_MODEL = re.compile(r"model:(?P<name>m-[0-9a-f]{32})(?:/(?P<rest>.+))?\Z")
_VERSION = re.compile(r"version:(?P<name>[0-9]{1,18}\.[0-9]{1,18})(?:/(?P<rest>.+))?\Z")
_PLAIN_RUN = re.compile(r"(?P<experiment>[0-9]{1,18})/(?P<name>[0-9A-Fa-f-]{32,36})/artifacts(?:/(?P<rest>.+))?\Z")
_PLAIN_MODEL = re.compile(r"(?P<experiment>[0-9]{1,18})/models/(?P<name>m-[0-9a-f]{32})/artifacts(?:/(?P<rest>.+))?\Z")


class Owner(Enum):
    """Whose files a root holds, and by what `Root.name` names it."""

    CANDIDATE = "candidate"  # its iid
    RUN = "run"  # a candidate's external id
    LOGGED_MODEL = "logged model"  # its external id
    MODEL_VERSION = "model version"  # the model's iid, a dot, the version's number


_PATTERNS = (
    (_CANDIDATE, Owner.CANDIDATE),
    (_MODEL, Owner.LOGGED_MODEL),
    (_VERSION, Owner.MODEL_VERSION),
    (_PLAIN_RUN, Owner.RUN),
    (_PLAIN_MODEL, Owner.LOGGED_MODEL),
)


class Root(msgspec.Struct, frozen=True):
    """A root and a path below it. `experiment_iid` is set where the address names an experiment as well."""

    owner: Owner
    name: str
    path: str
    experiment_iid: int | None = None


def of_candidate(iid: int) -> str:
    return f"{BASE}candidate:{iid}"


def of_experiment(iid: int) -> str:
    """Where new candidates of an experiment seem to be; nothing is kept there."""
    return f"{BASE}experiment:{iid}"


def of_logged_model(external_id: str) -> str:
    return f"{BASE}model:{external_id}"


def of_version(model_iid: int, number: int) -> str:
    return f"{BASE}version:{model_iid}.{number}"


def parse(address: str) -> Root | None:
    """The root that a path of the proxy begins with; None when it begins with none."""
    address = address.removeprefix(f"{_FOLDER}/")
    for pattern, owner in _PATTERNS:
        found = pattern.match(address)
        if found is not None:
            named = found.groupdict().get("experiment")
            return Root(owner, found["name"], found["rest"] or "", int(named) if named else None)
    return None


def address_of(uri: str) -> str | None:
    """The address in a URI of the proxy, in the client's scheme or as the HTTP address of a file; None for others."""
    parts = urlsplit(uri)
    path = unquote(parts.path, errors="surrogateescape")  # what is no UTF-8 is no path, either
    if parts.scheme.lower() == SCHEME:
        return path.lstrip("/").rstrip("/")
    if parts.scheme.lower() in ("http", "https") and _PROXY_ROUTE in path:
        return path.partition(_PROXY_ROUTE)[2].rstrip("/")
    return None
