"""Write frontend/src/api/schema.ts from the schemas of the browser's JSON API. `--check` only compares."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from shortlist.app import all_endpoints
from shortlist.http.openapi import document
from shortlist.web import wire_answer
from shortlist.web.page_data import PageData
from shortlist.web.surface import SURFACE

FILE = Path(__file__).parents[1] / "frontend" / "src" / "api" / "schema.ts"
NOTICE = (
    "// The JSON of the API, one interface per schema of its OpenAPI document.\n"
    "// Written by script/browser_types.py; change the server's structs instead.\n"
)
WIDTH = 110
_REFERENCE = "#/components/schemas/"
_VALUE = msgspec.json.schema(wire_answer.Value)
_PRIMITIVES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}

Schemas = dict[str, dict[str, Any]]


def text() -> str:
    """The whole file: named unions first, then the interfaces by name."""
    endpoints = [endpoint for surface, endpoint in all_endpoints() if surface is SURFACE]
    requests = _kinds(endpoint.request for endpoint in endpoints)
    answers = _kinds([*(endpoint.response for endpoint in endpoints), PageData])
    _, schemas = msgspec.json.schema_components([*requests, *answers], ref_template=_REFERENCE + "{name}")
    schemas["ApiErrorBody"] = document([])["components"]["schemas"]["Error"]
    # What the server reads may leave out what has a default; what it writes has every field.
    asked = reachable(schemas, [kind.__name__ for kind in requests]) | {"ApiErrorBody"}
    parts = [NOTICE, f"export type Value = {union(_VALUE['anyOf'])};\n"]
    parts += [declaration(name, schemas[name], optional=name in asked) for name in sorted(schemas)]
    return "\n".join(parts)


def _kinds(given: Iterable[type[Any] | None]) -> list[type[Any]]:
    """Structs, each once; an answer may be plain JSON of no named kind."""
    found = (kind for kind in given if isinstance(kind, type) and issubclass(kind, msgspec.Struct))
    return list(dict.fromkeys(found))


def reachable(schemas: Schemas, names: Iterable[str]) -> set[str]:
    """These schemas and those that they refer to, however far."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_references(schemas[name]))
    return found


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for item in schema for name in _references(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"].removeprefix(_REFERENCE)] if "$ref" in schema else []
    return own + [name for item in schema.values() for name in _references(item)]


def declaration(name: str, schema: dict[str, Any], *, optional: bool) -> str:
    """An interface; an object without fields takes none."""
    fields: dict[str, Any] = schema.get("properties", {})
    if not fields:
        return f"export type {name} = Record<string, never>;\n"
    required = schema.get("required", [])
    lines = [
        _field(f"{field}{'?' if optional and field not in required else ''}", members(kind))
        for field, kind in fields.items()
    ]
    return f"export interface {name} {{\n{''.join(lines)}}}\n"


def _field(name: str, kinds: list[str]) -> str:
    line = f"  {name}: {' | '.join(kinds)};\n"
    if len(line) <= WIDTH:
        return line
    return f"  {name}:\n" + "\n".join(f"    | {kind}" for kind in kinds) + ";\n"


def union(schemas: Iterable[dict[str, Any]]) -> str:
    return " | ".join(dict.fromkeys(kind for schema in schemas for kind in members(schema)))


def members(schema: dict[str, Any]) -> list[str]:
    """The TypeScript types of which a value of this schema has one; `null` last."""
    if schema.get("anyOf") == _VALUE["anyOf"]:
        return ["Value"]
    if "anyOf" in schema:
        found = list(dict.fromkeys(kind for part in schema["anyOf"] for kind in members(part)))
        return sorted(found, key=lambda kind: kind == "null")
    if "$ref" in schema:
        return [schema["$ref"].removeprefix(_REFERENCE)]
    if "enum" in schema:
        return ["null" if value is None else f"'{value}'" for value in schema["enum"]]
    return [_simple(schema)]


def _simple(schema: dict[str, Any]) -> str:
    kind = schema.get("type")
    if kind == "array":
        inner = members(schema.get("items", {}))
        return f"{inner[0]}[]" if len(inner) == 1 else f"({' | '.join(inner)})[]"
    if kind == "object":
        return f"Record<string, {' | '.join(members(schema.get('additionalProperties') or {}))}>"
    if kind in _PRIMITIVES:
        return _PRIMITIVES[kind]
    if kind is None:
        return "unknown"
    raise ValueError(f"No TypeScript for the schema {schema}")


def main() -> int:
    wanted = text()
    if "--check" in sys.argv[1:]:
        if FILE.read_text() == wanted:
            return 0
        print(f"frontend/src/api/{FILE.name} is older than the server's structs: run script/types", file=sys.stderr)
        return 1
    FILE.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
