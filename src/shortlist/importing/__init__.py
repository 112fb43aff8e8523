"""Candidates from a table of results: a CSV file with a row for each, mapped by column."""
