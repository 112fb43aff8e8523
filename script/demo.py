"""Fill the project root/demo by really training some two dozen small models, logged by the unmodified MLflow client.

With --serve (what script/server calls) it starts the server first, fills the project if it is new, and stays.
With --url and --token it fills a running server.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

PROJECT = "root/demo"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--url")
    parser.add_argument("--token")
    options, rest = parser.parse_known_args()
    if options.serve:
        return serve(rest)
    train_all(options.url, options.token)
    return 0


def serve(arguments: list[str]) -> int:
    """Run `shortlist server`, pass its output on, and fill the demo project once it listens."""
    # A line for each request would hide the address and the progress bar.
    environment = {"SHORTLIST_ACCESS_LOG": "failures", **os.environ}
    server = subprocess.Popen(
        [sys.executable, "-m", "shortlist", "server", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: server.send_signal(received))
    output = server.stdout
    assert output is not None
    found: dict[str, str] = {}
    for line in output:
        print(line, end="", flush=True)
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals:
            found[name] = value
        if len(found) == 2:
            break
    if len(found) == 2:
        passing_on = threading.Thread(target=lambda: print(*output, sep="", end="", flush=True), daemon=True)
        passing_on.start()
        threading.Thread(target=fill, args=tuple(found.values()), daemon=True).start()
    return server.wait()


def fill(url: str, token: str) -> None:
    """Make the demo project and train, unless it exists."""
    try:
        if make_project(url, token):
            train_all(url, token)
            print(f"\nThe demo is at    {url}/{PROJECT}/-/ml/experiments", flush=True)
    except Exception as error:  # noqa: BLE001 - the server is what matters; the demo only shows it
        print(f"The demo project was not filled: {error}", file=sys.stderr)


def make_project(url: str, token: str) -> bool:
    """True when the project was not there."""
    body = b'{"path": "demo", "name": "Demo", "description": "Small models trained when this server was set up"}'
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        with urlopen(Request(f"{url}/api/v1/projects", body, headers), timeout=30) as answer:  # noqa: S310
            return answer.status == 201
    except HTTPError as error:
        if error.code == 409:
            return False
        raise


@dataclass(frozen=True)
class Trial:
    """One candidate to train."""

    experiment: str
    name: str
    params: dict[str, Any]
    train: Callable[[dict[str, Any]], None]


def train_all(url: str, token: str) -> None:
    os.environ["MLFLOW_TRACKING_URI"] = f"{url}/api/v4/projects/{PROJECT.replace('/', '%2F')}/ml/mlflow"
    os.environ["MLFLOW_TRACKING_TOKEN"] = token
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    warnings.simplefilter("ignore")
    import mlflow  # noqa: PLC0415 - slow, and its address must be set first
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    trials = list(all_trials())
    console = Console(stderr=True)
    for trial in track(trials, "Training the demo's candidates", console=console, total=len(trials)):
        mlflow.set_experiment(trial.experiment)
        try:
            with mlflow.start_run(run_name=trial.name, tags=ci_facts(trial)):
                mlflow.log_params(trial.params)
                trial.train(trial.params)
        except ValueError:
            pass  # the one that is meant to fail; its run says FAILED
    search_with_children()


# What jobs of a made-up GitLab would report: the digits of a branch, and of a merge request that wants larger layers.
_JOB = {
    "system": "gitlab",
    "server": "https://gitlab.example.com",
    "project": "demo/digits",
    "user": "robin",
    "user_name": "Robin Roe",
    "job_name": "train",
}
_ON_MAIN = {"ref": "main", "pipeline": "571", "sha": "4be1cb0d0b1a5c7f3b5d0d8f1c8f6f0e7a1b2c3d"}
_ON_MERGE_REQUEST = {
    "ref": "larger-layers",
    "pipeline": "574",
    "sha": "9b35de8cbc4fcb6aab4c2bf2b19fbb8b6e2d4c11",
    "merge_request": "12",
    "merge_request_title": "Larger layers",
    "source_branch": "larger-layers",
    "target_branch": "main",
}


def ci_facts(trial: Trial) -> dict[str, str]:
    """The job that trained it, as a client would report it; nothing for what was trained by hand."""
    wide = trial.name.startswith("mlp-128")
    if trial.experiment != "digits" or not (wide or trial.name.startswith("mlp-64")):
        return {}
    where = _ON_MERGE_REQUEST if wide else _ON_MAIN
    number = {"job": str(int(where["pipeline"]) * 10 + int(trial.params["seed"]))}
    return {f"ci.{key}": value for key, value in {**_JOB, **where, **number}.items()}


def all_trials() -> Iterator[Trial]:
    """Image digits by several families with three seeds each, and house-like regression by boosting."""
    for architecture, rate in (("64", 0.01), ("64-32", 0.01), ("128", 0.003)):
        for seed in (0, 1, 2):
            params = {"model": "mlp", "layers": architecture, "learning_rate": rate, "seed": seed, "epochs": 30}
            yield Trial("digits", f"mlp-{architecture}-s{seed}", params, train_mlp)
    for loss, penalty in (("log_loss", 1e-4), ("hinge", 1e-4), ("log_loss", 1e-2)):
        params = {"model": "sgd", "loss": loss, "alpha": penalty, "seed": 0, "epochs": 30}
        yield Trial("digits", f"sgd-{loss.split('_')[0]}-{penalty:g}", params, train_sgd)
    for depth in (4, 8, 16):
        params = {"model": "forest", "max_depth": depth, "seed": 0, "trees": 100}
        yield Trial("digits", f"forest-d{depth}", params, train_forest)
    diverging = {"model": "mlp", "layers": "64", "learning_rate": 1e6, "seed": 0, "epochs": 12}
    yield Trial("digits", "mlp-diverging", diverging, train_diverging)
    broken = {"model": "mlp", "layers": "0", "learning_rate": 0.01, "seed": 0, "epochs": 30}
    yield Trial("digits", "mlp-no-units", broken, train_mlp)
    for rate in (0.03, 0.1, 0.3):
        for depth in (2, 4):
            params = {"model": "boosting", "learning_rate": rate, "max_depth": depth, "seed": 0, "trees": 150}
            yield Trial("diabetes", f"boosting-{rate:g}-d{depth}", params, train_boosting)


def digits(seed: int) -> tuple[Any, Any, Any, Any]:
    from sklearn.datasets import load_digits  # noqa: PLC0415
    from sklearn.model_selection import train_test_split  # noqa: PLC0415

    features, labels = load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(features / 16, labels, test_size=0.3, random_state=seed)
    return train_x, test_x, train_y, test_y


def train_mlp(params: dict[str, Any]) -> None:
    from sklearn.metrics import log_loss  # noqa: PLC0415
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415

    layers = tuple(int(width) for width in params["layers"].split("-"))
    model = MLPClassifier(layers, learning_rate_init=params["learning_rate"], random_state=params["seed"])
    _epochs(model, params, lambda fitted, inputs, labels: log_loss(labels, fitted.predict_proba(inputs)))


def train_sgd(params: dict[str, Any]) -> None:
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415
    from sklearn.metrics import hinge_loss  # noqa: PLC0415

    model = SGDClassifier(loss=params["loss"], alpha=params["alpha"], random_state=params["seed"])
    _epochs(model, params, lambda fitted, inputs, labels: hinge_loss(labels, fitted.decision_function(inputs)))


def _epochs(model: Any, params: dict[str, Any], loss: Callable[[Any, Any, Any], float]) -> None:
    """Train epoch by epoch and log both curves, then report on the test set."""
    import mlflow  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    train_x, test_x, train_y, test_y = digits(params["seed"])
    for epoch in range(params["epochs"]):
        model.partial_fit(train_x, train_y, classes=np.arange(10))
        mlflow.log_metrics(
            {
                "train/loss": float(loss(model, train_x, train_y)),
                "val/loss": float(loss(model, test_x, test_y)),
                "val/acc": float(model.score(test_x, test_y)),
            },
            step=epoch,
        )
    report(model, test_x, test_y, params)


def train_diverging(params: dict[str, Any]) -> None:
    """Gradient descent with a step so large that the weights overflow: the loss becomes infinite, then NaN."""
    import mlflow  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    train_x, _, train_y, _ = digits(params["seed"])
    targets = np.eye(10)[train_y]
    weights = np.zeros((train_x.shape[1], 10))
    for epoch in range(params["epochs"]):
        with np.errstate(all="ignore"):
            weights -= params["learning_rate"] ** (epoch + 1) * train_x.T @ (train_x @ weights - targets)
            loss = float(np.mean((train_x @ weights - targets) ** 2))
        mlflow.log_metric("train/loss", loss, step=epoch)


def train_forest(params: dict[str, Any]) -> None:
    import mlflow  # noqa: PLC0415
    from sklearn.ensemble import RandomForestClassifier  # noqa: PLC0415
    from sklearn.metrics import log_loss  # noqa: PLC0415

    train_x, test_x, train_y, test_y = digits(params["seed"])
    model = RandomForestClassifier(
        10, max_depth=params["max_depth"], random_state=params["seed"], warm_start=True, n_jobs=1
    )
    for trees in range(10, params["trees"] + 1, 10):
        model.set_params(n_estimators=trees).fit(train_x, train_y)
        mlflow.log_metrics(
            {
                "val/loss": float(log_loss(test_y, model.predict_proba(test_x))),
                "val/acc": float(model.score(test_x, test_y)),
            },
            step=trees,
        )
    report(model, test_x, test_y, params)


def train_boosting(params: dict[str, Any]) -> None:
    import mlflow  # noqa: PLC0415
    from sklearn.datasets import load_diabetes  # noqa: PLC0415
    from sklearn.ensemble import GradientBoostingRegressor  # noqa: PLC0415
    from sklearn.metrics import mean_absolute_error, r2_score  # noqa: PLC0415
    from sklearn.model_selection import train_test_split  # noqa: PLC0415

    features, target = load_diabetes(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(features, target, test_size=0.3, random_state=params["seed"])
    model = GradientBoostingRegressor(
        learning_rate=params["learning_rate"],
        max_depth=params["max_depth"],
        n_estimators=params["trees"],
        random_state=params["seed"],
    )
    model.fit(train_x, train_y)
    for step, guess in enumerate(model.staged_predict(test_x)):
        if step % 3 == 0:
            metrics = {"val/mae": mean_absolute_error(test_y, guess), "val/r2": r2_score(test_y, guess)}
            mlflow.log_metrics({key: float(value) for key, value in metrics.items()}, step=step)
    figure, axes = new_figure()
    axes.scatter(test_y, model.predict(test_x), s=12)
    axes.set(xlabel="progression", ylabel="predicted", title="Test set")
    mlflow.log_figure(figure, "plots/predicted.png")
    close(figure)
    keep(model, "model")


def report(model: Any, test_x: Any, test_y: Any, params: dict[str, Any]) -> None:
    """A confusion matrix as a picture, the scores by class as a table, a summary, and the model itself."""
    import mlflow  # noqa: PLC0415
    from sklearn.metrics import ConfusionMatrixDisplay, classification_report  # noqa: PLC0415

    guessed = model.predict(test_x)
    figure, axes = new_figure()
    ConfusionMatrixDisplay.from_predictions(test_y, guessed, ax=axes, colorbar=False)
    mlflow.log_figure(figure, "plots/confusion.png")
    close(figure)
    # scikit-learn's annotations say neither that the result depends on `output_dict` nor that 0 is a choice.
    tables: Any = classification_report
    scores: dict[str, dict[str, float]] = tables(test_y, guessed, output_dict=True, zero_division=0)
    classes = [str(number) for number in range(10)]
    columns = {name: [round(scores[one][name], 4) for one in classes] for name in ("precision", "recall", "f1-score")}
    mlflow.log_table({"digit": classes, **columns}, "reports/classes.json")
    mlflow.log_text(tables(test_y, guessed, zero_division=0), "reports/summary.txt")
    mlflow.log_dict({"classes": 10, "test_images": len(test_y), **params}, "reports/setup.json")
    mlflow.log_metric("test/f1", scores["macro avg"]["f1-score"])
    keep(model, "model")


def keep(model: Any, folder: str) -> None:
    import joblib  # noqa: PLC0415
    import mlflow  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "model.joblib"
        joblib.dump(model, file, compress=3)
        mlflow.log_artifact(str(file), folder)


def new_figure() -> tuple[Any, Any]:
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    return plt.subplots(figsize=(5, 5), layout="constrained")


def close(figure: Any) -> None:
    import matplotlib.pyplot as plt  # noqa: PLC0415

    plt.close(figure)


def search_with_children() -> None:
    """A search whose trials are nested below it."""
    import mlflow  # noqa: PLC0415
    from sklearn.model_selection import cross_val_score  # noqa: PLC0415
    from sklearn.neighbors import KNeighborsClassifier  # noqa: PLC0415

    train_x, _, train_y, _ = digits(0)
    mlflow.set_experiment("digits")
    best = (0.0, 0)
    with mlflow.start_run(run_name="knn-search"):
        mlflow.set_tag("mlflow.note.content", "Nearest neighbours by cross-validation; every trial is a child.")
        for neighbours in (1, 3, 5):
            with mlflow.start_run(run_name=f"knn-{neighbours}", nested=True):
                mlflow.log_params({"model": "knn", "neighbours": neighbours, "seed": 0})
                score = float(cross_val_score(KNeighborsClassifier(neighbours), train_x, train_y, cv=3).mean())
                mlflow.log_metric("val/acc", score)
                best = max(best, (score, neighbours))
        mlflow.log_metric("search/best", best[0])
        mlflow.log_param("neighbours", best[1])


if __name__ == "__main__":
    sys.exit(main())
