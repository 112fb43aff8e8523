"""`shortlist import csv`: what it says before, what it writes, and the same file again."""

from pathlib import Path

from typer.testing import CliRunner

from shortlist.cli.main import app
from tests.live import live_server

CSV = "name;lr;accuracy\nfirst;0.1;0,91\nsecond;0.2;0,92\n"


def test_a_file_is_described_then_written_once(tmp_path: Path) -> None:
    file = tmp_path / "results.csv"
    file.write_text(CSV, encoding="utf-16")
    with live_server(tmp_path) as server, server.client() as client:

        def run(*more: str) -> tuple[int, str]:
            arguments = ["import", "csv", "root/default", str(file), "--experiment", "Old results", *more]
            result = CliRunner().invoke(app, [*arguments, "--data", str(tmp_path)])
            return result.exit_code, result.output

        assert run("--dry-run") == (
            0,
            "name: name\nlr: param lr\naccuracy: metric accuracy\nWould import 2 rows into “Old results”.\n",
        )
        code, output = run("--column", "lr=metric:rate", "--column", "name=metric:n")
        assert code == 1
        assert "line 2, column 1 (name): “first” is not a number" in output
        assert client.get("/api/v1/projects/1/experiments").json()["experiments"] == []

        file.write_text(CSV.replace("accuracy", "lr"), encoding="utf-16")
        code, output = run()
        assert code == 1
        assert "line 1, column 3 (lr): Column 2 (“lr”) goes there too" in output
        assert "Several columns are called 'lr'" in run("--column", "lr=ignored")[1]
        code, output = run("--column", "3=metric:other", "--dry-run")
        assert (code, output.splitlines()[1:3]) == (0, ["lr: param lr", "lr: metric other"])
        file.write_text(CSV, encoding="utf-16")

        code, output = run("--column", "lr=metadata:rate")
        assert (code, output.splitlines()[-1]) == (0, "Imported 2 candidates into “Old results”.")
        code, output = run("--column", "lr=metadata:rate")
        assert output.splitlines()[-1] == "Imported 0 candidates into “Old results”; 2 were there already."
        [experiment] = client.get("/api/v1/projects/1/experiments").json()["experiments"]
        rows = client.post(f"/api/v1/projects/1/experiments/{experiment['iid']}/candidates/search", json={}).json()
        # Both began in the same moment, or nearly.
        found = sorted(rows["candidates"], key=lambda row: row["name"])
        assert [(row["name"], row["metadata"]["rate"], row["metrics"]) for row in found] == [
            ("first", "0.1", {"accuracy": 0.91}),
            ("second", "0.2", {"accuracy": 0.92}),
        ]
        assert rows["candidates"][0]["metadata"]["shortlist.import.file"] == "results.csv"
