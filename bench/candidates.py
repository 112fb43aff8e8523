"""Many candidates in Shortlist's own database, written there as columns and folded by its own fold.

Through the API a hundred thousand take minutes, and that time is the subject of another case.
"""

import random
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table

from shortlist.db.bulk import insert_columns
from shortlist.db.counters import take
from shortlist.db.database import Database
from shortlist.ids import uuid7_bytes
from shortlist.metrics.folder import Folder
from shortlist.metrics.store import append
from shortlist.metrics.types import CandidateKey, Points
from shortlist.tracking.rules import as_number
from shortlist.tracking.tables import candidate, experiment, metadata, param

NOW = 1_790_000_000_000
_BATCH = 5_000
_STEPS = 3
_METRICS = ("val/acc", "val/loss", "train/loss", "epoch_seconds", "val/f1", "val/auc")
_MODELS = ("convnext-t", "resnet50", "vit-s/16", "swin-t")


def fill(database: Database, project_id: int, name: str, count: int, steps: int = _STEPS) -> int:
    """An experiment of so many candidates with 12 parameters, 6 metrics and 5 metadata each; its iid.

    Each metric has so many points. Every fiftieth failed, every hundredth diverged; seeds come in fours.
    """
    dice = random.Random(count)
    iid = database.write_now(lambda connection: _experiment(connection, project_id, name))
    for first in range(0, count, _BATCH):
        numbers = range(first, min(count, first + _BATCH))
        database.write_now(lambda connection: _candidates(connection, (project_id, iid), numbers, dice, steps))  # noqa: B023
    Folder(database).fold_all()
    return iid


def _experiment(connection: Connection, project_id: int, name: str) -> int:
    iid = take(connection, project_id, "experiment")
    row = {"project_id": project_id, "iid": iid, "name": name, "note": "", "created_at": NOW, "updated_at": NOW}
    connection.execute(experiment.insert().values(row))
    return iid


def _candidates(
    connection: Connection, place: tuple[int, int], numbers: range, dice: random.Random, steps: int
) -> None:
    project_id, experiment_iid = place
    first = take(connection, project_id, "candidate", len(numbers))
    iids = range(first, first + len(numbers))
    rows = [_row(number, iid) for number, iid in zip(numbers, iids, strict=True)]
    _insert(connection, candidate, place, rows)
    pairs = [(iid, _params(number, dice)) for number, iid in zip(numbers, iids, strict=True)]
    values = [(iid, key, value) for iid, found in pairs for key, value in found.items()]
    _insert(
        connection,
        param,
        place,
        [{"candidate_iid": iid, "key": key, "value": value, "number": as_number(value)} for iid, key, value in values],
    )
    _insert(
        connection,
        metadata,
        place,
        [
            {"candidate_iid": row["iid"], "key": key, "value": value}
            for row in rows
            for key, value in _metadata(row).items()
        ],
    )
    logged = [
        (CandidateKey(iid, experiment_iid), _points(number, dice, steps).encode())
        for number, iid in zip(numbers, iids, strict=True)
    ]
    append(connection, project_id, logged)


def _insert(connection: Connection, table: Table, place: tuple[int, int], rows: list[dict[str, Any]]) -> None:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    insert_columns(connection, table, {"project_id": place[0], "experiment_iid": place[1]}, columns)


def _row(number: int, iid: int) -> dict[str, Any]:
    start = NOW + number * 1000
    return {
        "iid": iid,
        "external_id": UUID(bytes=uuid7_bytes()).hex,
        "name": f"{_MODELS[number // 4 % 4]}-{number}",
        "note": "",
        "status": "failed" if number % 50 == 49 else "finished",
        "start_time": start,
        "end_time": start + 60_000 + number % 977,
        "user_name": "bench",
        "created_at": start,
        "updated_at": start + 60_000,
    }


def _params(number: int, dice: random.Random) -> dict[str, str]:
    training = random.Random(number // 4)
    return {
        "model": _MODELS[number // 4 % 4],
        "lr": f"{10 ** training.uniform(-5, -2):.6g}",
        "wd": f"{10 ** training.uniform(-4, -1):.4g}",
        "batch_size": str(2 ** training.randint(4, 9)),
        "augment": training.choice(("none", "mixup", "cutmix")),
        "dropout": f"{training.randint(0, 5) / 10}",
        "warmup": str(training.randint(0, 10) * 100),
        "seed": str(dice.randint(0, 10**6)),
        "epochs": "90",
        "optimizer": "adamw",
        "precision": "bf16",
        "image_size": "224",
    }


def _metadata(row: dict[str, Any]) -> dict[str, str]:
    return {
        "mlflow.runName": row["name"],
        "mlflow.source.name": "train.py",
        "mlflow.user": "bench",
        "team": "vision",
        "node": f"gpu-{row['iid'] % 64}",
    }


def _points(number: int, dice: random.Random, steps: int) -> Points:
    best = 0.5 + 0.4 * random.Random(number // 4).random() + dice.gauss(0, 0.01)
    diverged = number % 100 == 98
    return Points.of(
        (key, float("nan") if diverged and step == steps - 1 else _value(place, best, step, dice), NOW + step, step)
        for place, key in enumerate(_METRICS)
        for step in range(steps)
    )


def _value(place: int, best: float, step: int, dice: random.Random) -> float:
    grown = best * (1 - 0.3 / (1 + step)) + dice.gauss(0, 0.002)
    return 1 - grown if place in (1, 2) else 10 + grown if place == 3 else grown
