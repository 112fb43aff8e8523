"""What a data scientist does with models in the unmodified MLflow client. Run by any Python that has mlflow.

    MLFLOW_TRACKING_URI=… MLFLOW_TRACKING_TOKEN=… python scenario_models.py

Parts whose libraries are missing are left out. Ends with `ok <client version> <parts that ran>`, or a traceback.
"""

# The client's stubs are of one version, and this runs with many.
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportCallIssue=false
# pyright: reportIncompatibleMethodOverride=false, reportOptionalIterable=false, reportOptionalMemberAccess=false
# pyright: reportPrivateImportUsage=false

import tempfile
import threading
import time
from pathlib import Path

import mlflow
from checks import MLFLOW_3, check, has, refusal
from mlflow import MlflowClient

DONE: list[str] = []
# Known to every version, needs no library beside the client's own, and asks no package index what to install.
PICKLED = {"serialization_format": "cloudpickle", "pip_requirements": ["scikit-learn"]}


def sklearn_models(client: MlflowClient) -> None:
    from sklearn.datasets import load_iris  # noqa: PLC0415 - not in every environment
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    x, y = load_iris(return_X_y=True)
    fitted = LogisticRegression(max_iter=500).fit(x, y)
    name = {"name": "iris"} if MLFLOW_3 else {"artifact_path": "iris"}
    with mlflow.start_run() as run:
        logged = mlflow.sklearn.log_model(fitted, registered_model_name="iris", input_example=x[:2], **PICKLED, **name)
    expected = fitted.predict(x[:5]).tolist()
    client.set_registered_model_alias("iris", "champion", "1")
    uris = [logged.model_uri, "models:/iris/1", "models:/iris/latest", "models:/iris@champion"]
    for uri in [*uris, f"runs:/{run.info.run_id}/iris"]:
        check(mlflow.sklearn.load_model(uri).predict(x[:5]).tolist(), expected)
        check(list(mlflow.pyfunc.load_model(uri).predict(x[:5])), expected)
    again = mlflow.register_model(logged.model_uri, "iris")
    check((str(again.version), again.run_id), ("2", run.info.run_id))
    if MLFLOW_3:
        check(client.get_run(run.info.run_id).outputs.model_outputs[0].model_id, logged.model_id)
        check("iris" in client.get_logged_model(logged.model_id).tags["mlflow.modelVersions"], True)


def autolog(client: MlflowClient) -> None:
    from sklearn.datasets import load_iris  # noqa: PLC0415
    from sklearn.model_selection import GridSearchCV  # noqa: PLC0415
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415

    x, y = load_iris(return_X_y=True)
    mlflow.sklearn.autolog(max_tuning_runs=2, serialization_format="cloudpickle")
    try:
        with mlflow.start_run() as run:
            tree = DecisionTreeClassifier(max_depth=2).fit(x, y)
            tree.score(x, y)
        with mlflow.start_run() as searched:
            GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, cv=2).fit(x, y)
    finally:
        mlflow.sklearn.autolog(disable=True)
    data = client.get_run(run.info.run_id)
    check(data.data.params["max_depth"], "2")
    check("training_accuracy_score" in data.data.metrics, True)
    check(len(data.inputs.dataset_inputs), 1)
    children = client.search_runs(
        [searched.info.experiment_id], f"tags.`mlflow.parentRunId` = '{searched.info.run_id}'"
    )
    check(len(children), 2)
    if MLFLOW_3:
        made = client.get_logged_model(data.outputs.model_outputs[0].model_id)
        check(str(made.status), "READY")
        scores = [item for item in made.metrics if item.key == "training_accuracy_score"]
        check((scores[0].run_id, scores[0].dataset_name), (run.info.run_id, "dataset"))


def python_models(_client: MlflowClient) -> None:
    class Doubler(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):  # noqa: ARG002
            return [2 * item for item in model_input]

    name = {"name": "doubler"} if MLFLOW_3 else {"artifact_path": "doubler"}
    with mlflow.start_run():
        logged = mlflow.pyfunc.log_model(python_model=Doubler(), pip_requirements=["mlflow"], **name)
    check(mlflow.pyfunc.load_model(logged.model_uri).unwrap_python_model().predict(None, [1, 2]), [2, 4])


def logged_model_methods(client: MlflowClient) -> None:
    """The models of MLflow 3 without files: create, search, tags, params, metrics by checkpoint, finalize, delete."""
    experiment = client.create_experiment("checkpoints")
    mlflow.set_experiment("checkpoints")
    with mlflow.start_run() as run:
        made = [
            mlflow.initialize_logged_model(name=f"checkpoint-{step}", params={"p": "x"}, tags={"step": str(step)})
            for step in range(3)
        ]
        for step, model in enumerate(made):
            mlflow.log_metric("acc", step / 2, step=step, model_id=model.model_id)
            client.finalize_logged_model(model.model_id, "READY")
    best = mlflow.search_logged_models(
        [experiment],
        filter_string="metrics.acc > 0.4 AND params.p = 'x'",
        order_by=[{"field_name": "metrics.acc", "ascending": False}],
        output_format="list",
    )
    check([model.name for model in best], ["checkpoint-2", "checkpoint-1"])
    check([(item.value, item.step, item.run_id) for item in best[0].metrics], [(1.0, 2, run.info.run_id)])
    client.set_logged_model_tags(best[0].model_id, {"best": "yes"})
    client.delete_logged_model_tag(best[0].model_id, "step")
    check(client.get_logged_model(best[0].model_id).tags["best"], "yes")
    check("step" in client.get_logged_model(best[0].model_id).tags, False)
    client.log_model_params(best[0].model_id, {"later": "1"})
    check(client.get_logged_model(best[0].model_id).params, {"p": "x", "later": "1"})
    client.delete_logged_model(best[0].model_id)
    check(refusal(client.get_logged_model, best[0].model_id), "RESOURCE_DOES_NOT_EXIST")
    external = mlflow.create_external_model(name="elsewhere", params={"a": "b"})
    mlflow.set_active_model(model_id=external.model_id)
    mlflow.set_experiment("Default")


def prompts(client: MlflowClient) -> None:
    register = mlflow.genai.register_prompt
    first = register(name="greeting", template="Hello {{name}}", commit_message="one", tags={"lang": "en"})
    second = register(name="greeting", template="Good day, {{name}}! " + "x" * 20_000)
    check((first.version, second.version), (1, 2))
    mlflow.genai.set_prompt_alias("greeting", alias="prod", version=1)
    check(mlflow.genai.load_prompt("prompts:/greeting@prod").format(name="Ann"), "Hello Ann")
    check(mlflow.genai.load_prompt("prompts:/greeting/2").template, second.template)
    check([item.name for item in mlflow.genai.search_prompts()], ["greeting"])
    check("greeting" in {item.name for item in client.search_registered_models()}, False)
    mlflow.genai.delete_prompt_alias("greeting", alias="prod")


def datasets(client: MlflowClient) -> None:
    import pandas as pd  # noqa: PLC0415

    data = mlflow.data.from_pandas(pd.DataFrame({"a": [1, 2]}), name="pairs", targets="a")
    with mlflow.start_run() as run:
        mlflow.log_input(data, context="training", tags={"fold": "1"})
    found = client.search_runs([run.info.experiment_id], "dataset.name = 'pairs' AND dataset.context = 'training'")
    check([item.info.run_id for item in found], [run.info.run_id])
    check(found[0].inputs.dataset_inputs[0].dataset.digest, data.digest)


def tables(_client: MlflowClient) -> None:
    for value in (1, 2):
        with mlflow.start_run() as run:
            mlflow.log_table({"x": [value], "y": ["a"]}, "t.json")
            mlflow.log_table({"x": [value + 10], "y": ["b"]}, "t.json")
    loaded = mlflow.load_table("t.json", run_ids=[run.info.run_id])
    check(loaded["x"].tolist(), [2, 12])


def images(client: MlflowClient) -> None:
    # Without a slash in the key: older clients put a bare # in its place into the address, and cut the name there.
    import numpy as np  # noqa: PLC0415

    with mlflow.start_run() as run:
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "plain.png")
        for step in range(2):
            mlflow.log_image(np.full((4, 4, 3), step, dtype=np.uint8), key="seen", step=step, synchronous=True)
    names = [item.path for item in client.list_artifacts(run.info.run_id, "images")]
    check(len([name for name in names if name.endswith(".png")]), 2)
    check(client.get_run(run.info.run_id).data.tags["mlflow.loggedImages"], "True")


def asynchronous_logging(client: MlflowClient) -> None:
    with mlflow.start_run() as run:
        for step in range(100):
            mlflow.log_metric("loss", step, step=step, synchronous=False)
        mlflow.log_params({f"p{number}": number for number in range(150)}, synchronous=False)
        mlflow.set_tags({"t": "1"}, synchronous=False)
        mlflow.flush_async_logging()
    data = client.get_run(run.info.run_id).data
    check((len(data.params), data.tags["t"]), (150, "1"))
    check(len(client.get_metric_history(run.info.run_id, "loss")), 100)


def system_metrics(client: MlflowClient) -> None:
    mlflow.set_system_metrics_sampling_interval(0.2)
    mlflow.set_system_metrics_samples_before_logging(1)
    with mlflow.start_run(log_system_metrics=True) as run:
        for _ in range(600):
            if any(key.startswith("system/") for key in client.get_run(run.info.run_id).data.metrics):
                break
            time.sleep(0.1)
    check(any(key.startswith("system/cpu") for key in client.get_run(run.info.run_id).data.metrics), True)


def sixteen_threads(client: MlflowClient) -> None:
    """One run, sixteen threads, each request sent twice by half of them."""
    with mlflow.start_run() as run:
        run_id = run.info.run_id
    errors: list[BaseException] = []

    def work(number: int) -> None:
        own = MlflowClient()
        try:
            for step in range(20):
                for _ in range(1 + number % 2):
                    own.log_metric(run_id, f"m{number % 4}", number, timestamp=1, step=step * 16 + number)
                own.log_param(run_id, f"p{step}", "same")
                own.set_tag(run_id, "last", str(number))
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"{number}.txt"
                path.write_text(str(number))
                own.log_artifact(run_id, str(path), "threads")
        except BaseException as error:  # noqa: BLE001 - carried to the main thread
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(errors, [])
    for key in range(4):
        history = client.get_metric_history(run_id, f"m{key}")
        check(len(history), 80)
        check(len({point.step for point in history}), 80)
    check(len(client.get_run(run_id).data.params), 20)
    check(len(client.list_artifacts(run_id, "threads")), 16)


def evaluation(client: MlflowClient) -> None:
    import pandas as pd  # noqa: PLC0415
    from sklearn.datasets import load_iris  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    x, y = load_iris(return_X_y=True, as_frame=True)
    fitted = LogisticRegression(max_iter=500).fit(x, y)
    name = {"name": "judged"} if MLFLOW_3 else {"artifact_path": "judged"}
    with mlflow.start_run() as run:
        logged = mlflow.sklearn.log_model(fitted, **PICKLED, **name)
        judge = mlflow.models.evaluate if MLFLOW_3 else mlflow.evaluate
        judge(
            logged.model_uri,
            pd.concat([x, y], axis=1),
            targets="target",
            model_type="classifier",
            evaluators="default",
            evaluator_config={"log_model_explainability": False},
        )
    data = client.get_run(run.info.run_id)
    check("accuracy_score" in data.data.metrics, True)
    if MLFLOW_3:
        check(data.inputs.model_inputs[0].model_id, logged.model_id)


PARTS = (
    (sklearn_models, has("sklearn", "pandas")),
    (autolog, has("sklearn", "matplotlib", "pandas")),
    (python_models, has("pandas", "cloudpickle")),
    (logged_model_methods, MLFLOW_3),
    (prompts, MLFLOW_3),
    (datasets, has("pandas", "numpy")),
    (tables, has("pandas")),
    (images, has("PIL", "numpy") and hasattr(mlflow, "flush_artifact_async_logging")),
    (asynchronous_logging, hasattr(mlflow, "flush_async_logging")),
    (system_metrics, has("psutil") and hasattr(mlflow, "set_system_metrics_sampling_interval")),
    (sixteen_threads, True),
    (evaluation, has("sklearn", "matplotlib", "pandas")),
)


def main() -> None:
    client = MlflowClient()
    for part, possible in PARTS:
        if possible:
            part(client)
            DONE.append(part.__name__)
    print(f"ok {mlflow.__version__} {','.join(DONE)}")


if __name__ == "__main__":
    main()
