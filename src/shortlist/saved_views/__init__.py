"""Named views of an experiment: one person's own, or shared with all who see the project."""
