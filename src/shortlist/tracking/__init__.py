"""Experiments and their candidates, with parameters, metadata and datasets."""
