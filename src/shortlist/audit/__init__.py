"""What was changed, by whom, from where and with which credential: an append-only record."""
