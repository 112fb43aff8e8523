"""The browser's JSON API: its endpoint tables together."""

from shortlist.web import api_candidates, api_experiments, api_projects, api_session, files

ENDPOINTS = (
    *api_session.ENDPOINTS,
    *api_projects.ENDPOINTS,
    *api_experiments.ENDPOINTS,
    *api_candidates.ENDPOINTS,
    *files.ENDPOINTS,
)
