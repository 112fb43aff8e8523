"""Imports every `tables.py`, so that METADATA is complete; migrations and schema checks need it so."""

from importlib import import_module

from shortlist.db.metadata import METADATA

for _domain in (
    "attestation.tables",
    "audit.tables",
    "connected.tables",
    "db.counters",
    "identity.tables",
    "instance.tables",
    "logged_models.tables",
    "metrics.tables",
    "models.tables",
    "packages.tables",
    "projects.tables",
    "provenance.tables",
    "ranking.tables",
    "retention.tables",
    "saved_views.tables",
    "tracking.tables",
):
    import_module(f"shortlist.{_domain}")

__all__ = ["METADATA"]
