"""Which candidate is best, by how much, and whether that means anything: one answer for pages, API and reports."""
