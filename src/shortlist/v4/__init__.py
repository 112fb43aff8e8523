"""The REST surface at `/api/v4`, in GitLab's shapes, so that GitLab's clients work on it."""
