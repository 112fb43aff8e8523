"""What the server counts about itself while it works, and how Prometheus is told."""
