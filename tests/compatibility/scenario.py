"""What a data scientist does with the unmodified MLflow client. Run by any Python that has mlflow-skinny:

    MLFLOW_TRACKING_URI=… MLFLOW_TRACKING_TOKEN=… python scenario.py

Ends with `ok <client version> <number of checks>`, or with a traceback.
"""

import math
import tempfile
from pathlib import Path

import mlflow
import mlflow.artifacts as mlflow_artifacts
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

CHECKS = 0


def check(found: object, expected: object) -> None:
    """Count a comparison, or fail with both sides."""
    global CHECKS  # noqa: PLW0603 - a script's own counter
    if found != expected:
        raise AssertionError(f"expected {expected!r}, found {found!r}")
    CHECKS += 1


def runs_without_an_experiment(client: MlflowClient) -> None:
    with mlflow.start_run(run_name="in default") as run:
        mlflow.log_param("lr", 0.1)
    check(run.info.experiment_id, "0")
    check(client.get_experiment("0").name, "Default")
    check(client.get_run(run.info.run_id).info.status, "FINISHED")


def nested_runs(client: MlflowClient) -> None:
    mlflow.set_experiment("vision")
    with mlflow.start_run(run_name="parent") as parent:
        for number in range(2):
            with mlflow.start_run(nested=True, run_name=f"child-{number}"):
                mlflow.log_metric("acc", number / 2)
    children = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
        order_by=["metrics.acc DESC"],
        output_format="list",
    )
    check([child.info.run_name for child in children], ["child-1", "child-0"])
    above = client.get_parent_run(children[0].info.run_id)
    check(above and above.info.run_id, parent.info.run_id)


def metrics_params_and_tags(client: MlflowClient) -> None:
    with mlflow.start_run() as run:
        mlflow.log_params({"depth": 3, "model": "tree", "text": "é ü 😀"})
        mlflow.log_metrics({"a": 1.0, "b": math.nan, "c": math.inf}, step=2)
        mlflow.set_tags({"team": "vision", "stage": "one"})
        mlflow.set_tag("stage", "two")
        run_id = run.info.run_id
        # A point is visible as soon as it is acknowledged.
        for step in range(20):
            mlflow.log_metric("seen", step, step=step)
            check(client.get_run(run_id).data.metrics["seen"], float(step))
    data = client.get_run(run_id).data
    check(data.params, {"depth": "3", "model": "tree", "text": "é ü 😀"})
    check(data.metrics["a"], 1.0)
    check(math.isnan(data.metrics["b"]), True)
    check(data.metrics["c"] > 1e308, True)
    check(data.tags["stage"], "two")
    client.delete_tag(run_id, "team")
    check("team" in client.get_run(run_id).data.tags, False)
    try:
        client.log_param(run_id, "depth", 4)
    except MlflowException as error:
        check("Changing param values is not allowed" in str(error), True)
    else:
        raise AssertionError("a parameter was changed")


def long_history(client: MlflowClient) -> None:
    with mlflow.start_run() as run:
        for step in range(200):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        # Newer clients ask for 25,000 points at a time.
        for first in [*range(0, 26_000, 1_000), 0]:
            points = [Metric("batched", step, 1_700_000_000_000 + step, step) for step in range(first, first + 1_000)]
            client.log_batch(run.info.run_id, points, [Param("p", "1")], [RunTag("t", "1")])
    history = client.get_metric_history(run.info.run_id, "loss")
    check([point.step for point in history], list(range(200)))
    check(history[199].value, 1 / 200)
    check([point.step for point in client.get_metric_history(run.info.run_id, "batched")], list(range(26_000)))
    check(client.get_run(run.info.run_id).data.metrics["loss"], 1 / 200)


def search(client: MlflowClient) -> None:
    experiment = client.create_experiment("searched")
    for number in range(30):
        run = client.create_run(experiment, run_name=f"r{number}")
        client.log_metric(run.info.run_id, "acc", number % 10)
        client.log_param(run.info.run_id, "kind", "ab"[number % 2])
        client.set_terminated(run.info.run_id, "FAILED" if number == 7 else "FINISHED")
    best = client.search_runs([experiment], order_by=["metrics.acc DESC", "attributes.start_time ASC"], max_results=3)
    check([run.data.metrics["acc"] for run in best], [9.0, 9.0, 9.0])
    found = client.search_runs(
        [experiment], "metrics.acc >= 8 AND params.kind = 'a' AND attributes.status = 'FINISHED'"
    )
    check(sorted(str(run.info.run_name) for run in found), ["r18", "r28", "r8"])
    first = client.search_runs([experiment], max_results=20)
    rest = client.search_runs([experiment], max_results=20, page_token=first.token)
    check(len({run.info.run_id for run in [*first, *rest]}), 30)
    check(len(client.search_experiments(filter_string="name LIKE 'sear%'")), 1)


def artifacts(client: MlflowClient) -> None:
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
        source = Path(folder) / "out"
        (source / "deep" / "er").mkdir(parents=True)
        (source / "a.txt").write_text("alpha")
        (source / "deep" / "b 100%.txt").write_text("beta")
        (source / "deep" / "er" / "ü.bin").write_bytes(bytes(range(256)) * 1000)
        mlflow.log_text("hello", "notes/hello.txt")
        mlflow.log_dict({"a": [1, 2]}, "config.json")
        mlflow.log_artifacts(str(source), "tree")
        run_id = run.info.run_id
        check(sorted(item.path for item in client.list_artifacts(run_id)), ["config.json", "notes", "tree"])
        check([item.path for item in client.list_artifacts(run_id, "tree/deep/er")], ["tree/deep/er/ü.bin"])
        check(mlflow_artifacts.load_dict(f"{run.info.artifact_uri}/config.json"), {"a": [1, 2]})
        local = Path(mlflow_artifacts.download_artifacts(run_id=run_id, artifact_path="tree", dst_path=folder))
        check((local / "deep" / "b 100%.txt").read_text(), "beta")
        check((local / "deep" / "er" / "ü.bin").stat().st_size, 256_000)
        # By the address of all of it, in whichever project that is.
        whole = Path(mlflow_artifacts.download_artifacts(artifact_uri=run.info.artifact_uri, dst_path=folder))
        check((whole / "notes" / "hello.txt").read_text(), "hello")


def figures() -> None:
    try:
        import matplotlib as mpl  # noqa: PLC0415 - not in every environment that this runs in
    except ImportError:
        return
    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    with mlflow.start_run() as run:
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3])
        mlflow.log_figure(figure, "plots/line.png")
        plt.close(figure)
    local = mlflow_artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="plots/line.png")
    check(Path(local).read_bytes()[:4], b"\x89PNG")


def lifecycle(client: MlflowClient) -> None:
    with mlflow.start_run() as run:
        pass
    client.delete_run(run.info.run_id)
    check(client.get_run(run.info.run_id).info.lifecycle_stage, "deleted")
    client.restore_run(run.info.run_id)
    with mlflow.start_run(run_id=run.info.run_id):
        mlflow.log_metric("resumed", 1)
    check(client.get_run(run.info.run_id).data.metrics, {"resumed": 1.0})
    try:
        mlflow.start_run(run_id="f" * 32)
    except MlflowException as error:
        check(error.error_code, "RESOURCE_DOES_NOT_EXIST")
    failed = mlflow.start_run()
    mlflow.end_run("FAILED")
    check(client.get_run(failed.info.run_id).info.status, "FAILED")


def main() -> None:
    client = MlflowClient()
    runs_without_an_experiment(client)
    nested_runs(client)
    metrics_params_and_tags(client)
    long_history(client)
    search(client)
    artifacts(client)
    figures()
    lifecycle(client)
    print(f"ok {mlflow.__version__} {CHECKS}")


if __name__ == "__main__":
    main()
