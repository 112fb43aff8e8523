"""Fills a project as a data scientist would, through the unmodified MLflow client, with a little of everything.

    MLFLOW_TRACKING_URI=… MLFLOW_TRACKING_TOKEN=… python -m tests.e2e.fill

Nothing is trained: the curves are formulas, so that every run of the tests sees the same values.
"""

import json
import math
import tempfile
import time
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from PIL import Image, ImageDraw

EXPERIMENT = "digits"
STEPS = 40
BEST = "mlp-64-s1"
FAMILIES = (("mlp-64", 0.95, 0.01), ("mlp-128", 0.93, 0.003), ("forest", 0.90, 0.1))
SEEDS = (0, 1, 2)


def main() -> None:
    client = MlflowClient()
    experiment = client.create_experiment(EXPERIMENT)
    for family, ceiling, rate in FAMILIES:
        for seed in SEEDS:
            name = f"{family}-s{seed}"
            run_id = _start(client, experiment, name)
            _log(client, run_id, ceiling + (0.01 if name == BEST else -0.002 * seed), rate, family, seed)
            if name == BEST:
                _log_everything(client, run_id)
            client.set_terminated(run_id)
    _diverging(client, experiment)
    _failed(client, experiment)
    _nested(client, experiment)
    client.create_run(experiment, run_name="still-running")
    _register(client, experiment)


def _start(client: MlflowClient, experiment: str, name: str, **tags: str) -> str:
    return client.create_run(experiment, run_name=name, tags=tags).info.run_id


def _log(client: MlflowClient, run_id: str, ceiling: float, rate: float, family: str, seed: int) -> None:
    now = int(time.time() * 1000)
    points = [
        Metric(key, value, now + step * 1000, step)
        for step in range(STEPS)
        for key, value in (
            ("train/loss", 2.2 * math.exp(-step / 8) + 0.02 * math.sin(step + seed) ** 2 + 0.01),
            ("val/loss", 2.0 * math.exp(-step / 9) + 0.004 * max(0, step - 25) + 0.05),
            ("val/accuracy", ceiling * (1 - math.exp(-(step + 1) / 6)) - 0.0004 * max(0, step - 30)),
        )
    ]
    points.append(Metric("latency_ms", 4.25 + seed, now, 0))
    params = {"model": family, "learning_rate": rate, "seed": seed, "batch_size": 64, "optimizer": "adam"}
    tags = {"team": "vision", "stage": "trial"}
    client.log_batch(
        run_id,
        points,
        [Param(key, str(value)) for key, value in params.items()],
        [RunTag(key, value) for key, value in tags.items()],
    )


def _log_everything(client: MlflowClient, run_id: str) -> None:
    client.set_tag(run_id, "mlflow.note.content", "The one to **ship**.\n\n- calibrated\n- see `reports/summary.md`")
    client.log_inputs(
        run_id,
        [
            DatasetInput(
                Dataset("digits-2026", "3f6c2a91", "http", '{"url": "http://127.0.0.1/digits"}'),
                [InputTag("mlflow.data.context", "training")],
            )
        ],
    )
    with tempfile.TemporaryDirectory() as folder:
        _write_files(Path(folder))
        client.log_artifacts(run_id, folder)
    # What log_table writes; the call itself asks for logged models first.
    rows = [["7.png", 7, 7, 0.99], ["1.png", 1, 1, 0.97], ["9.png", 9, 4, 0.51]]
    client.log_dict(run_id, {"columns": ["image", "truth", "guess", "sure"], "data": rows}, "tables/predictions.json")


def _write_files(folder: Path) -> None:
    (folder / "plots").mkdir()
    _picture().save(folder / "plots" / "confusion.png")
    (folder / "log.txt").write_text("epoch 1: loss 2.21\nepoch 2: loss 1.94\n")
    (folder / "config.json").write_text(json.dumps({"model": {"layers": [64], "dropout": None}, "early_stop": True}))
    (folder / "scores.csv").write_text('class,precision,recall\n"zero, or O",0.99,0.98\none,0.97,0.99\n')
    (folder / "reports" / "html").mkdir(parents=True)
    (folder / "reports" / "summary.md").write_text("# Summary\n\nBest of nine. <script>alert(1)</script>\n")
    (folder / "reports" / "html" / "page.html").write_text("<h1>Report</h1><script>alert(1)</script>")
    (folder / "model").mkdir()
    (folder / "model" / "MLmodel").write_text("flavors:\n  python_function: {}\n")
    (folder / "model" / "weights.bin").write_bytes(bytes(range(256)) * 40)


def _picture() -> Image.Image:
    """A confusion matrix, more or less."""
    image = Image.new("RGB", (200, 200), "white")
    draw = ImageDraw.Draw(image)
    for row in range(10):
        for column in range(10):
            shade = 40 if row == column else 235 - 12 * ((row * 3 + column * 7) % 5)
            draw.rectangle([column * 20, row * 20, column * 20 + 18, row * 20 + 18], fill=(shade, shade, 255))
    return image


def _diverging(client: MlflowClient, experiment: str) -> None:
    """Goes NaN half way and ends as failed."""
    run_id = _start(client, experiment, "mlp-diverging")
    points = [Metric("train/loss", 2.0 * 1.5**step if step < 9 else math.nan, 1000, step) for step in range(16)]
    points.append(Metric("val/accuracy", 0.1, 1000, 0))
    client.log_batch(run_id, points, [Param("model", "mlp-64"), Param("learning_rate", "100")])
    client.set_terminated(run_id, "FAILED")


def _failed(client: MlflowClient, experiment: str) -> None:
    """Ends before it has logged a metric."""
    run_id = _start(client, experiment, "mlp-no-units")
    client.log_param(run_id, "model", "mlp-0")
    client.set_terminated(run_id, "FAILED")


def _nested(client: MlflowClient, experiment: str) -> None:
    parent = _start(client, experiment, "search")
    for number in range(2):
        child = _start(client, experiment, f"search-{number}", **{"mlflow.parentRunId": parent})
        client.log_metric(child, "val/accuracy", 0.8 + number / 100)
        client.set_terminated(child)
    client.set_terminated(parent)


def _register(client: MlflowClient, experiment: str) -> None:
    """The model `digit-reader` with two versions, the second of them its champion."""
    client.create_registered_model("digit-reader", description="Reads **digits** of 8 by 8 pixels.")
    for name in ("mlp-64-s0", BEST):
        run = client.search_runs([experiment], f"attributes.run_name = '{name}'")[0].info
        client.create_model_version("digit-reader", f"{run.artifact_uri}/model", run.run_id)
    client.set_registered_model_alias("digit-reader", "champion", "2")


if __name__ == "__main__":
    main()
