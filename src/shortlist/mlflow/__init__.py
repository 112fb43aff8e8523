"""The MLflow surface: its wire format, and the one place where its words become ours."""
