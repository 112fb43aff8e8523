"""The least that proves an address and credentials: a run with a metric and an artifact, read back."""

import mlflow
import mlflow.artifacts
from checks import check


def main() -> None:
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", 0.5)
        mlflow.log_text("seen", "a/note.txt")
    check(mlflow.get_run(run.info.run_id).data.metrics, {"loss": 0.5})
    check(mlflow.artifacts.load_text(f"{run.info.artifact_uri}/a/note.txt"), "seen")
    print(f"ok {mlflow.__version__}")


if __name__ == "__main__":
    main()
