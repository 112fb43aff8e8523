"""A consistent copy of a running installation: every row of the database, and every content that a row refers to.

One format for both databases, so that a backup of one is restored into the other.
"""
