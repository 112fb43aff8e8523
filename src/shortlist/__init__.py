"""Shortlist: a self-hosted system for model experiments."""

__version__ = "0.1.0"
