"""What a pipeline or a merge request produced, and how it compares with the branch that it would change."""
