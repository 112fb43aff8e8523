"""Whether an installation can do its work, and what is wrong with it where it cannot."""
