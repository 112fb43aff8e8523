"""Which candidates of a project are deleted by themselves, and when."""
