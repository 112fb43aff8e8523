"""The benchmark: Shortlist beside its peers, on fresh data, in one run. See README.md."""
