"""Candidates that go from one experiment to another."""
