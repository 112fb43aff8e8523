"""The kernel: endpoints that cannot be written without an action, and what serves them."""
