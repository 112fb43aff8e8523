"""Candidates beside each other: what differs between them, and which of them is best at what."""
