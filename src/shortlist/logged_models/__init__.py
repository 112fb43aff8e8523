"""Logged models: what a training saved as a model, with its parameters, metadata, metrics and files."""
