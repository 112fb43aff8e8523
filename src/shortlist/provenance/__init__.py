"""Where a candidate came from: the CI job, pipeline, merge request and person, and how far that is proved."""
