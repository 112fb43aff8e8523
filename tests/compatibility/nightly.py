"""Every scenario with every client, each on a server of its own: a table for `script/clients`."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from tests.live import PASSWORD, TOKEN, live_server

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parents[1] / ".cache" / "clients"
SCENARIOS = ("scenario", "scenario_methods", "scenario_models")
RUNS = (
    *((client, scenario) for client in ("newest", "year", "v2.22", "v2.9") for scenario in SCENARIOS),
    ("newest", "scenario_frameworks"),
)


@dataclass(frozen=True)
class Result:
    client: str
    scenario: str
    passed: bool
    said: str  # the last line of a scenario that passed, the end of the error of one that did not
    seconds: float


def run(client: str, scenario: str) -> Result:
    """A scenario in a project of its own with a token, or, for the first one, at the root with a password."""
    started = perf_counter()
    with tempfile.TemporaryDirectory() as name, live_server(Path(name) / "data") as server:
        plain = scenario == "scenario"
        credentials = (
            {"MLFLOW_TRACKING_USERNAME": "root", "MLFLOW_TRACKING_PASSWORD": PASSWORD}
            if plain
            else {"MLFLOW_TRACKING_TOKEN": TOKEN}
        )
        done = subprocess.run(
            [str(ENVIRONMENTS / client / "bin" / "python"), str(HERE / f"{scenario}.py")],
            env={
                **os.environ,
                "MLFLOW_TRACKING_URI": server.url if plain else server.new_project("tried"),
                "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
                "MPLCONFIGDIR": name,
                "PYTHONWARNINGS": "ignore",
                **credentials,
            },
            cwd=name,
            capture_output=True,
            text=True,
            timeout=1800,
            check=False,
        )
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines() or ["nothing"]
    return Result(client, scenario, done.returncode == 0, lines[-1], perf_counter() - started)


def table(results: list[Result]) -> str:
    """The results as Markdown."""
    rows = [
        f"| {item.client} | {item.scenario} | {'passed' if item.passed else '**failed**'} | "
        f"{item.said.replace('|', '/').replace(',', ', ')} | {item.seconds:.0f} s |"
        for item in results
    ]
    return "\n".join(["| client | scenario | result | it says | time |", "| --- | --- | --- | --- | --- |", *rows, ""])


def main() -> int:
    results: list[Result] = []
    for client, scenario in RUNS:
        results.append(run(client, scenario))
        print(f"{client} {scenario}: {'passed' if results[-1].passed else 'failed'}", file=sys.stderr, flush=True)
    text = table(results)
    if sys.argv[1:2] == ["--report"]:
        Path(sys.argv[2]).write_text(text)
    else:
        print(text)
    return 0 if all(item.passed for item in results) else 1


if __name__ == "__main__":
    sys.exit(main())
