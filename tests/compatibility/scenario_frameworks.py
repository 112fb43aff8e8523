"""What the frameworks' own parts of the unmodified client do: train, log, load, register, evaluate, resume.

    MLFLOW_TRACKING_URI=… MLFLOW_TRACKING_TOKEN=… python scenario_frameworks.py

Parts whose libraries are missing are left out. Ends with `ok <client version> <parts that ran>`, or a traceback.
"""

# The client's stubs are of one version, and the frameworks are in an environment of their own.
# pyright: reportMissingImports=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportCallIssue=false, reportPrivateImportUsage=false, reportUntypedBaseClass=false
# pyright: reportOptionalMemberAccess=false, reportOptionalIterable=false

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import mlflow
from checks import check, has
from mlflow import MlflowClient

DONE: list[str] = []
# A module as it is; the format that is traced needs an example for every checkpoint.
SAVED = {"serialization_format": "pickle", "pip_requirements": ["torch"]}


def data() -> tuple[Any, Any]:
    from sklearn.datasets import load_breast_cancer  # noqa: PLC0415 - not in every environment

    return load_breast_cancer(return_X_y=True, as_frame=True)


def registered_and_loaded(client: MlflowClient, flavor: Any, logged: Any, name: str, expected: list[Any]) -> None:
    """Register a logged model, and load it by every address that it has, in its own flavour and as a function."""
    version = mlflow.register_model(logged.model_uri, name)
    client.set_registered_model_alias(name, "champion", str(version.version))
    x, _ = data()
    for uri in (logged.model_uri, f"models:/{name}/{version.version}", f"models:/{name}@champion"):
        check(flavor.load_model(uri) is not None, True)
        check([round(float(item), 4) for item in mlflow.pyfunc.load_model(uri).predict(x[:5])], expected)


def boosted(client: MlflowClient, flavor: Any, model: Any, name: str) -> None:
    """Autologging of a booster: parameters, a curve over iterations, importances, a logged model with its dataset."""
    from sklearn.model_selection import train_test_split  # noqa: PLC0415

    x, y = data()
    train_x, test_x, train_y, test_y = train_test_split(x, y, random_state=1)
    flavor.autolog(log_models=True)
    try:
        with mlflow.start_run(run_name=name) as run:
            model.fit(train_x, train_y, eval_set=[(test_x, test_y)])
    finally:
        flavor.autolog(disable=True)
    found = client.get_run(run.info.run_id)
    check(len(found.data.params) > 5, True)
    curve = next(key for key in found.data.metrics if "logloss" in key)
    check([point.step for point in client.get_metric_history(run.info.run_id, curve)], list(range(10)))
    check(len(found.inputs.dataset_inputs) >= 1, True)
    check(any("importance" in item.path for item in client.list_artifacts(run.info.run_id)), True)
    made = client.get_logged_model(found.outputs.model_outputs[0].model_id)
    check((str(made.status), made.source_run_id), ("READY", run.info.run_id))
    with mlflow.start_run():
        logged = flavor.log_model(model, name=name, input_example=x[:2])
    expected = [round(float(item), 4) for item in model.predict(x[:5])]
    registered_and_loaded(client, flavor, logged, name, expected)


def xgboost(client: MlflowClient) -> None:
    from xgboost import XGBClassifier  # noqa: PLC0415

    boosted(client, mlflow.xgboost, XGBClassifier(n_estimators=10, max_depth=2, n_jobs=1), "xgb")


def lightgbm(client: MlflowClient) -> None:
    from lightgbm import LGBMClassifier  # noqa: PLC0415

    boosted(client, mlflow.lightgbm, LGBMClassifier(n_estimators=10, num_leaves=4, n_jobs=1, verbose=-1), "lgbm")


def pytorch(client: MlflowClient) -> None:
    """A training loop of one's own: a curve by step, a checkpoint each epoch, and the last model loaded elsewhere."""
    import numpy as np  # noqa: PLC0415
    import torch  # noqa: PLC0415

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
    optimiser = torch.optim.SGD(net.parameters(), lr=0.05)
    x = torch.rand(64, 3)
    y = x.sum(dim=1, keepdim=True)
    with mlflow.start_run(run_name="torch") as run:
        mlflow.log_params({"lr": 0.05, "layers": 2})
        for epoch in range(3):
            loss = torch.nn.functional.mse_loss(net(x), y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            logged = mlflow.pytorch.log_model(net, name=f"epoch-{epoch}", step=epoch, **SAVED)
            mlflow.log_metric("loss", loss.item(), step=epoch, model_id=logged.model_id)
        mlflow.pytorch.log_state_dict(net.state_dict(), artifact_path="state")
    outputs = client.get_run(run.info.run_id).outputs.model_outputs
    check(sorted(output.step for output in outputs), [0, 1, 2])
    best = mlflow.search_logged_models(
        [run.info.experiment_id],
        f"source_run_id = '{run.info.run_id}'",
        order_by=[{"field_name": "metrics.loss", "ascending": True}],
        output_format="list",
    )
    check([model.name for model in best], ["epoch-2", "epoch-1", "epoch-0"])
    loaded = mlflow.pytorch.load_model(logged.model_uri)
    with torch.no_grad():
        check(torch.equal(loaded(x), net(x)), True)
        as_function = mlflow.pyfunc.load_model(logged.model_uri).predict(x.numpy())
        check(bool(np.allclose(as_function, net(x).numpy())), True)
    state = mlflow.pytorch.load_state_dict(f"runs:/{run.info.run_id}/state")
    check(sorted(state), sorted(net.state_dict()))


def another_process(client: MlflowClient) -> None:
    """A run that one process began and another ends, as a job that is resumed does."""
    with mlflow.start_run(run_name="resumed") as run:
        mlflow.log_param("lr", 0.1)
        mlflow.log_metric("loss", 1.0, step=0)
    text = """
import mlflow, sys
with mlflow.start_run(run_id=sys.argv[1]) as run:
    mlflow.log_metric("loss", 0.5, step=1)
    mlflow.log_param("lr", 0.1)
    mlflow.log_text("more", "second/notes.txt")
"""
    subprocess.run([sys.executable, "-c", text, run.info.run_id], check=True, env=dict(os.environ), timeout=300)
    found = client.get_run(run.info.run_id)
    check((found.info.status, found.data.params), ("FINISHED", {"lr": "0.1"}))
    check([point.step for point in client.get_metric_history(run.info.run_id, "loss")], [0, 1])
    with tempfile.TemporaryDirectory() as folder:
        local = client.download_artifacts(run.info.run_id, "second/notes.txt", folder)
        check(Path(local).read_text(), "more")


def explained(client: MlflowClient) -> None:
    """Evaluation with explanations: metrics, plots, and the dataset that they are of."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    x, y = data()
    fitted = LogisticRegression(max_iter=5000).fit(x, y)
    with mlflow.start_run() as run:
        logged = mlflow.sklearn.log_model(
            fitted, name="judged", serialization_format="cloudpickle", pip_requirements=["scikit-learn"]
        )
        result = mlflow.models.evaluate(
            logged.model_uri, x.assign(target=y)[:100], targets="target", model_type="classifier", evaluators="default"
        )
    check(result.metrics["accuracy_score"] > 0.8, True)
    found = client.get_run(run.info.run_id)
    check(found.data.metrics["accuracy_score"], result.metrics["accuracy_score"])
    check(found.inputs.model_inputs[0].model_id, logged.model_id)
    names = {item.path for item in client.list_artifacts(run.info.run_id)}
    check({"confusion_matrix.png", "roc_curve_plot.png"} <= names, True)
    check(any(name.startswith("shap_") for name in names), True)


PARTS = (
    (xgboost, has("xgboost", "sklearn", "pandas", "matplotlib")),
    (lightgbm, has("lightgbm", "sklearn", "pandas", "matplotlib")),
    (pytorch, has("torch")),
    (another_process, True),
    (explained, has("shap", "sklearn", "pandas", "matplotlib")),
)


def main() -> None:
    client = MlflowClient()
    mlflow.set_experiment("frameworks")
    for part, possible in PARTS:
        if possible:
            part(client)
            DONE.append(part.__name__)
    print(f"ok {mlflow.__version__} {','.join(DONE)}")


if __name__ == "__main__":
    main()
