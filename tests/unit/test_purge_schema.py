"""Nothing that names a candidate, a logged model or an experiment is forgotten when they go for good."""

from sqlalchemy import Column, Table

from shortlist.db.schema import METADATA

# Columns that name one without a foreign key that deletes them with it, and why nothing is left of them.
_OTHERWISE = {
    # metrics.store.delete_candidates
    ("metric_chunk", "candidate_iid"),
    ("metric_file", "candidate_iid"),
    ("metric_latest", "candidate_iid"),
    ("metric_latest", "experiment_iid"),
    ("metric_log", "candidate_iid"),
    ("metric_log", "experiment_iid"),
    ("metric_outline", "candidate_iid"),
    ("metric_series", "candidate_iid"),
    # retention.store_purge.forget_candidates
    ("logged_model", "candidate_external_id"),
    ("logged_model_metric", "candidate_external_id"),
    # retention.store_purge.remove_experiments
    ("dataset", "experiment_iid"),
    ("metric_column", "experiment_iid"),
    ("metric_column", "candidates"),  # a number
    # An experiment goes when these have gone.
    ("candidate", "experiment_iid"),
    ("logged_model", "experiment_iid"),
    # What they name is not removed.
    ("model_version", "candidate_iid"),
    ("model_version", "experiment_iid"),
}


def test_every_column_that_names_what_is_purged_is_accounted_for() -> None:
    naming = {
        (table.name, column.name)
        for table in METADATA.tables.values()
        if "project_id" in table.primary_key.columns
        for column in table.columns
        if "candidate" in column.name or "experiment" in column.name
        if not _goes_with_its_owner(table, column)
    }
    assert naming == _OTHERWISE


def _goes_with_its_owner(table: Table, column: Column[object]) -> bool:
    """A foreign key deletes the row, whichever column of the same owner it has besides."""
    if column.name == "candidate_external_id":
        return False
    owners = {key.referred_table.name for key in table.foreign_key_constraints if key.ondelete == "CASCADE"}
    return bool(owners & {"candidate", "experiment", "saved_view"})
