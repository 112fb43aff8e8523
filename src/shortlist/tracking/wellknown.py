"""Metadata keys with a meaning. Clients write them as plain metadata; the fields beside them stay in step."""

NAME = "mlflow.runName"
PARENT = "mlflow.parentRunId"
NOTE = "mlflow.note.content"
EXPERIMENT_NOTE = "mlflow.note.content"
DATASET_CONTEXT = "mlflow.data.context"
