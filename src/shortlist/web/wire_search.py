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
