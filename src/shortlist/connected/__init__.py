"""The GitLab that this server is connected to: what it says of jobs, pipelines, merge requests and job tokens."""
