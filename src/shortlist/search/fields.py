"""What the language may say about an entity: its attributes, its groups of keys, and the functions on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shortlist.provenance.types import SEARCHED

ATTRIBUTE = "attribute"
METRIC = "metric"
PARAM = "param"
METADATA = "metadata"
DATASET = "dataset"
CI = "ci"
# Of attributes, those that each person has their own of.
PERSONAL = frozenset(("starred",))
# A key that stands without its group: which one is meant depends on the keys that the searched experiments have.
ANY = "any"


class Kind(StrEnum):
    """What values a field has, which decides the comparators."""

    TEXT = "text"
    NUMBER = "number"
    ID = "id"  # an integer that clients also write in quotes
    MIXED = "mixed"  # text that is compared as a number where the value is one
    FLAG = "flag"  # true or false, also in quotes


@dataclass(frozen=True, slots=True)
class Group:
    """Fields with a prefix. `names` limits the keys (None: any key); `functions` may be applied to such a field."""

    name: str
    kind: Kind
    prefixes: tuple[str, ...]  # the first is the one that is printed
    names: frozenset[str] | None = None
    orderable: bool = True
    functions: Mapping[str, Kind] = field(default_factory=dict[str, Kind])


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field without a key; `aliases` are in lower case and may contain a space."""

    name: str
    kind: Kind
    aliases: tuple[str, ...] = ()


class Entity:
    """All fields of one kind of record. `prefixes` stand before an attribute: `attributes.name`."""

    def __init__(
        self, prefixes: tuple[str, ...], attributes: tuple[Attribute, ...], groups: tuple[Group, ...] = ()
    ) -> None:
        self.attributes = {item.name: item for item in attributes}
        self.groups = {item.name: item for item in groups}
        self._aliases = {alias: item.name for item in attributes for alias in (item.name, *item.aliases)}
        self._prefixes = dict.fromkeys(prefixes, ATTRIBUTE)
        self._prefixes.update({prefix: item.name for item in groups for prefix in item.prefixes})
        self._functions = sorted({name for item in groups for name in item.functions})

    def group_of(self, prefix: str) -> str | None:
        """The group that a prefix stands for, `ATTRIBUTE` for that of attributes."""
        return self._prefixes.get(prefix.lower())

    def attribute(self, name: str) -> str | None:
        """The true name of an attribute or of one of its aliases."""
        return self._aliases.get(name.lower())

    def kind(self, group: str, key: str, function: str = "") -> Kind:
        if group == ATTRIBUTE:
            return self.attributes[key].kind
        if group == ANY:
            return Kind.MIXED
        found = self.groups[group]
        return found.functions[function] if function else found.kind

    def group_with(self, function: str) -> str | None:
        """The group whose fields a function can be taken of."""
        return next((item.name for item in self.groups.values() if function in item.functions), None)

    def orderable(self, group: str) -> bool:
        return group == ATTRIBUTE or self.groups[group].orderable

    def functions(self) -> list[str]:
        return self._functions

    def described(self) -> str:
        """The fields, for a message: what could have been meant."""
        groups = [f"{item.prefixes[0]}.<key>" for item in self.groups.values() if item.names is None]
        return ", ".join([*sorted(self.attributes), *groups])


_METADATA_PREFIXES = ("metadata", "tags", "tag")
_REDUCTIONS = {name: Kind.NUMBER for name in ("min", "max", "first", "last")}  # noqa: C420 - keys of any text

CANDIDATE = Entity(
    prefixes=("attributes", "attribute", "attr", "run", "candidate"),
    attributes=(
        Attribute("iid", Kind.ID),
        Attribute("run_id", Kind.TEXT, ("run_uuid", "external_id")),
        Attribute("name", Kind.TEXT, ("run_name", "run name")),
        Attribute("status", Kind.TEXT),
        Attribute("created_by", Kind.TEXT, ("user_id", "user")),
        Attribute("start_time", Kind.NUMBER, ("created", "started")),
        Attribute("end_time", Kind.NUMBER, ("ended",)),
        Attribute("duration", Kind.NUMBER),
        Attribute("updated", Kind.NUMBER, ("updated_at",)),
        Attribute("note", Kind.TEXT),
        Attribute("starred", Kind.FLAG),
        Attribute("parent", Kind.TEXT, ("parent_run_id",)),
        Attribute("experiment", Kind.ID, ("experiment_id",)),
        Attribute("artifact_uri", Kind.TEXT),
    ),
    groups=(
        Group(METRIC, Kind.NUMBER, ("metrics", "metric"), functions=_REDUCTIONS),
        Group(
            PARAM,
            Kind.MIXED,
            ("params", "param", "parameters", "parameter"),
            functions={"number": Kind.NUMBER},
        ),
        Group(METADATA, Kind.TEXT, _METADATA_PREFIXES),
        Group(
            DATASET,
            Kind.TEXT,
            ("datasets", "dataset"),
            names=frozenset(("name", "digest", "context")),
            orderable=False,
        ),
        Group(CI, Kind.TEXT, ("ci",), names=frozenset((*SEARCHED, "verified"))),
    ),
)

EXPERIMENT = Entity(
    prefixes=("attributes", "attribute", "attr", "experiment"),
    attributes=(
        Attribute("iid", Kind.ID, ("experiment_id",)),
        Attribute("name", Kind.TEXT),
        Attribute("created", Kind.NUMBER, ("creation_time", "created_at")),
        Attribute("updated", Kind.NUMBER, ("last_update_time", "updated_at")),
        Attribute("note", Kind.TEXT),
        Attribute("artifact_location", Kind.TEXT),
    ),
    groups=(Group(METADATA, Kind.TEXT, _METADATA_PREFIXES),),
)

MODEL = Entity(
    prefixes=("attributes", "attribute", "attr", "model"),
    attributes=(
        Attribute("iid", Kind.ID),
        Attribute("name", Kind.TEXT),
        Attribute("description", Kind.TEXT),
        Attribute("created", Kind.NUMBER, ("creation_timestamp", "created_at")),
        Attribute("updated", Kind.NUMBER, ("last_updated_timestamp", "timestamp", "updated_at")),
    ),
    groups=(Group(METADATA, Kind.TEXT, _METADATA_PREFIXES),),
)

MODEL_VERSION = Entity(
    prefixes=("attributes", "attribute", "attr", "version"),
    attributes=(
        Attribute("name", Kind.TEXT, ("model",)),
        Attribute("number", Kind.ID, ("version_number", "version")),
        Attribute("semver", Kind.TEXT, ("semantic_version",)),
        Attribute("stage", Kind.TEXT, ("current_stage",)),
        Attribute("run_id", Kind.TEXT),
        Attribute("source", Kind.TEXT, ("source_path",)),
        Attribute("candidate", Kind.ID, ("candidate_iid",)),
        Attribute("experiment", Kind.ID, ("experiment_id",)),
        Attribute("description", Kind.TEXT),
        Attribute("created", Kind.NUMBER, ("creation_timestamp", "created_at")),
        Attribute("updated", Kind.NUMBER, ("last_updated_timestamp", "updated_at")),
    ),
    groups=(Group(METADATA, Kind.TEXT, _METADATA_PREFIXES),),
)

LOGGED_MODEL = Entity(
    prefixes=("attributes", "attribute", "attr", "model"),
    attributes=(
        Attribute("name", Kind.TEXT),
        Attribute("model_id", Kind.TEXT, ("external_id",)),
        Attribute("model_type", Kind.TEXT),
        Attribute("status", Kind.TEXT),
        Attribute("run_id", Kind.TEXT, ("source_run_id",)),
        Attribute("experiment", Kind.ID, ("experiment_id",)),
        Attribute("created", Kind.NUMBER, ("creation_timestamp", "creation_timestamp_ms", "creation_time")),
        Attribute(
            "updated", Kind.NUMBER, ("last_updated_timestamp", "last_updated_timestamp_ms", "last_updated_time")
        ),
    ),
    groups=(
        Group(METRIC, Kind.NUMBER, ("metrics", "metric")),
        Group(PARAM, Kind.TEXT, ("params", "param", "parameters", "parameter"), orderable=False),
        Group(METADATA, Kind.TEXT, _METADATA_PREFIXES, orderable=False),
    ),
)
