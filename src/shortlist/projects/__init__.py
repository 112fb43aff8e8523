"""Namespaces, the projects in them, and the members of a project."""
