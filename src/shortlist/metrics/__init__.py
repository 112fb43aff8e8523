"""The metric engine: an append-only log, folded into compressed columns."""
