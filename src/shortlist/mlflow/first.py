"""The operations that clients begin with: which experiment, and does the server answer. A start waits for these."""

from shortlist.mlflow import experiments, server
from shortlist.mlflow.operations import below

FIRST = (*server.PROBES, *below("/api/2.0/mlflow", experiments.ENDPOINTS))
