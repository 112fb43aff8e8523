"""What the browser's JSON API takes and gives for the search box."""

import msgspec


class ValueQuery(msgspec.Struct):
    """Asks for values of a field of the search language that have `part` in them, in any case."""

    experiment: int
    field: str
    part: str = ""
    limit: int = 20


class FieldValue(msgspec.Struct):
    value: str
    candidates: int


class ValueList(msgspec.Struct):
    """Texts, those that begin with the part first, then by how many candidates have them; of a number, the smallest
    and the greatest finite value."""

    values: list[FieldValue]
    low: float | None
    high: float | None


class EverywhereQuery(msgspec.Struct):
    """A text in the search language, and how many of each kind are wanted."""

    text: str
    limit: int = 6


class FoundCandidate(msgspec.Struct):
    iid: int
    name: str
    status: str
    experiment: str


class FoundExperiment(msgspec.Struct):
    iid: int
    name: str


class FoundModel(msgspec.Struct):
    iid: int
    name: str


class FoundFile(msgspec.Struct):
    """A file of a package; `package` is its number in the registry."""

    path: str
    size: int
    package: int
    name: str
    version: str


class Found(msgspec.Struct):
    """What a text finds in a project, of each kind the first; kinds that the caller may not see are empty."""

    candidates: list[FoundCandidate]
    experiments: list[FoundExperiment]
    models: list[FoundModel]
    files: list[FoundFile]
