"""The model registry: models, their numbered versions, aliases and stages."""
