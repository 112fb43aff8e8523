"""What a training brings along: its CI job and its commit, for MLflow's client. Needs nothing but Python."""

from shortlist_client.git import log_diff

__all__ = ["log_diff"]
