"""Comparisons and their pictures as files by address, with the numbers of the comparison itself."""

import csv
import io

from PIL import Image

from tests.http.client import Client, refused
from tests.http.web.test_compare import REACHED, base, candidates, compare

__all__ = ["base", "candidates"]  # fixtures


def picture(side: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (side, side), (side, 0, 0)).save(written, "PNG")
    return written.getvalue()


def put(rita: Client, base: str, iid: int, path: str, content: bytes) -> None:
    answer = rita.request("PUT", f"{base}/candidates/{iid}/files/{path}", content=content)
    assert answer.is_success, answer.text


def test_a_sheet_has_the_numbers_of_the_comparison(rita: Client, base: str, candidates: dict[str, int]) -> None:
    order = [candidates[name] for name in REACHED]
    answer = rita.get(f"{base}/compare.csv?candidates={'.'.join(map(str, order))}")
    assert answer.headers["content-disposition"] == 'attachment; filename="comparison.csv"'
    sheet = {(row[0], row[1]): row[2:] for row in csv.reader(answer.text.splitlines())}
    found = compare(rita, base, *order)
    assert sheet["part", "key"] == list(REACHED)
    assert [int(cell) for cell in sheet["candidate", "number"]] == order
    for row in found["metrics"]:
        for part, name in (("metric", "value"), ("delta", "delta"), ("step", "step")):
            wanted = ["" if cell[name] is None else str(float(cell[name])) for cell in row["cells"]]
            assert [str(float(cell)) if cell else "" for cell in sheet[part, row["key"]]] == wanted
    best = sheet["best", "val/acc"].index("best")
    assert order[best] == found["metrics"][0]["best"]
    assert sheet["parameter", "model"] == ["a", "a", "b", "diverged", "failed"]
    assert sheet["package", "torch"] == ["2.4", "2.4", "2.5", "2.5", "2.5"]


def test_a_comparison_is_a_picture_and_of_many_a_summary(rita: Client, base: str, candidates: dict[str, int]) -> None:
    two = f"candidates={candidates['a-s0']}.{candidates['b']}"
    drawn = rita.get(f"{base}/compare.svg?{two}").text
    for words in (">0.9 best<", ">+0.1 better<", "ahead of a-s0", ">2.5<", "2 equal parameters: batch 8, seed 0"):
        assert words in drawn
    assert rita.get(f"{base}/compare.png?{two}").content.startswith(b"\x89PNG\r\n")
    experiment = rita.mlflow.new_experiment("many")
    for place in range(9):
        run = rita.mlflow.new_run(experiment, run_name=f"m{place}")
        rita.mlflow.call("runs/log-metric", run_id=run, key="acc", value=place / 8, step=0, timestamp=0)
        rita.mlflow.call("runs/log-parameter", run_id=run, key="half", value=str(place % 2))
        rita.mlflow.call("runs/update", run_id=run, status="FINISHED" if place else "FAILED", end_time=10)
    page = rita.post(f"{base}/experiments/{experiment}/candidates/search", {}).json()
    many = ".".join(str(row["iid"]) for row in page["candidates"])
    drawn = rita.get(f"{base}/compare.svg?candidates={many}").text
    # The failed one, which has the least value, counts for nothing.
    for words in (">m8<", ">0.125<", ">0.5625<", ">1<", ">8<", ">0 \u00d7 5<", ">1 \u00d7 4<"):
        assert words in drawn
    refused(rita.get(f"{base}/compare.svg?candidates=1&width=9"), 400, "INVALID_PARAMETER_VALUE", "width")


def test_pictures_of_a_step_are_one_picture(rita: Client, base: str, candidates: dict[str, int]) -> None:
    one, other = candidates["a-s0"], candidates["b"]
    for iid, steps in ((one, (0, 10)), (other, (0, 20))):
        for step in steps:
            put(rita, base, iid, f"samples/epoch_{step}.png", picture(10 + step))
    query = f"candidates={one}.{other}"
    sheet = list(csv.DictReader(rita.get(f"{base}/pictures.csv?{query}&series=samples/epoch").text.splitlines()))
    assert [(int(row["candidate"]), row["name"], row["step"], row["file"]) for row in sheet] == [
        (one, "a-s0", "0", "samples/epoch_0.png"),
        (one, "a-s0", "10", "samples/epoch_10.png"),
        (other, "b", "0", "samples/epoch_0.png"),
        (other, "b", "20", "samples/epoch_20.png"),
    ]
    drawn = rita.get(f"{base}/pictures.svg?{query}&series=samples/epoch&step=15")
    assert "img-src data:" in drawn.headers["content-security-policy"]
    assert drawn.text.count("<image ") == 2
    assert ">step 10<" in drawn.text
    assert ">step 0<" in drawn.text
    every = rita.get(f"{base}/pictures.svg?{query}").text
    assert "not a picture that can be drawn" in every  # plots/confusion.png holds the text "png"
    assert rita.get(f"{base}/pictures.png?{query}").content.startswith(b"\x89PNG\r\n")
    for changed, status, field in (
        ("&series=no", 404, "series"),
        ("&step=x", 400, "step"),
        (".4711", 404, "candidates"),
        (".6.7.8.9.10.11.12", 400, "candidates"),
    ):
        code = "RESOURCE_DOES_NOT_EXIST" if status == 404 else "INVALID_PARAMETER_VALUE"
        refused(rita.get(f"{base}/pictures.svg?{query}{changed}"), status, code, field)
