"""Trainings as CI jobs run them: MLflow's client, the job's identity token, no other secret. Takes the tokens.

Without any, a training whose job is reported by the plugin, in a working copy with uncommitted changes.
"""

import os
import sys

import mlflow

for token in sys.argv[1:]:
    os.environ["MLFLOW_TRACKING_TOKEN"] = token
    mlflow.set_experiment("vision")
    with mlflow.start_run(tags={"ci.merge_request": "41", "ci.merge_request_title": "Deeper trees"}):
        mlflow.log_params({"depth": 8, "trees": 200})
        for step in range(5):
            mlflow.log_metric("val/accuracy", 0.8 + step / 50, step=step)
        mlflow.log_text("confusion matrix", "report/confusion.txt")

if len(sys.argv) == 1:
    import shortlist_client

    mlflow.set_experiment("vision")
    with mlflow.start_run():
        assert shortlist_client.log_diff()
