"""Requests as clients in other languages write them, replayed: each is accepted, and means the same as from Python.

A file of `recorded/` is the session of one client. `$name` stands for what an earlier answer gave (`keep`). `expect`
names parts of the answer by path; null says that a part is absent.
"""

import json
from pathlib import Path
from string import Template
from typing import Any

import pytest

from tests.http.client import Client

RECORDED = Path(__file__).with_name("recorded")


@pytest.mark.parametrize("recording", sorted(path.stem for path in RECORDED.glob("*.json")))
def test_requests_of_other_clients(rita: Client, recording: str) -> None:
    session = json.loads((RECORDED / f"{recording}.json").read_text())
    kept: dict[str, str] = {}
    for step in session["steps"]:
        method, _, address = Template(step["send"]).substitute(kept).partition(" ")
        body = Template(json.dumps(step["body"])).safe_substitute(kept) if "body" in step else None
        response = rita.request(method, rita.mlflow.prefix + address, content=body, headers=session["headers"])

        assert response.status_code == 200, (step["send"], response.text)
        answer = response.json()
        for path, expected in step.get("expect", {}).items():
            assert _part(answer, path) == _filled(expected, kept), (step["send"], path, answer)
        kept |= {name: _part(answer, path) for name, path in step.get("keep", {}).items()}


def _filled(expected: Any, kept: dict[str, str]) -> Any:
    return Template(expected).safe_substitute(kept) if isinstance(expected, str) else expected


def _part(answer: Any, path: str) -> Any:
    """What is at a dotted path, None where there is nothing."""
    for name in path.split("."):
        if isinstance(answer, list):
            answer = answer[int(name)] if int(name) < len(answer) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        else:
            answer = answer.get(name) if isinstance(answer, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return answer  # pyright: ignore[reportUnknownVariableType]
