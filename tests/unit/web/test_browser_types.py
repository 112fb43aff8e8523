"""The front end's types are those of the server."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[3] / "script" / "browser_types.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("browser_types", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_types_are_fresh(script: ModuleType) -> None:
    assert script.FILE.read_text() == script.text(), "run script/types"


def test_what_is_asked_may_leave_out_defaults_and_what_is_answered_has_everything(script: ModuleType) -> None:
    other = {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/B"}]}
    schema = {"properties": {"a": {"type": "integer"}, "b": other}, "required": ["a"]}

    assert script.declaration("A", schema, optional=True) == "export interface A {\n  a: number;\n  b?: B | null;\n}\n"
    assert script.declaration("A", schema, optional=False) == "export interface A {\n  a: number;\n  b: B | null;\n}\n"
    assert script.reachable({"A": schema, "B": {}, "C": {}}, ["A"]) == {"A", "B"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, "(string | null)[]"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "Record<string, number>"),
        ({"enum": ["a", "b"]}, "'a' | 'b'"),
        ({}, "unknown"),
    ],
)
def test_schemas_become_types(script: ModuleType, schema: dict[str, object], expected: str) -> None:
    assert script.union([schema]) == expected


def test_a_schema_that_it_does_not_know_is_an_error(script: ModuleType) -> None:
    with pytest.raises(ValueError, match="No TypeScript"):
        script.members({"type": "tuple"})
