"""The browser's JSON API: its endpoint tables together."""

from shortlist.web import (
    api_account,
    api_admin,
    api_candidates,
    api_experiments,
    api_members,
    api_models,
    api_packages,
    api_projects,
    api_publishers,
    api_reports,
    api_session,
    api_settings,
    compare,
    files,
    live,
    pictures,
)

ENDPOINTS = (
    *api_session.ENDPOINTS,
    *api_account.ENDPOINTS,
    *api_projects.ENDPOINTS,
    *api_publishers.ENDPOINTS,
    *api_reports.ENDPOINTS,
    *api_settings.ENDPOINTS,
    *api_members.ENDPOINTS,
    *api_admin.ENDPOINTS,
    *api_experiments.ENDPOINTS,
    *api_candidates.ENDPOINTS,
    *api_models.ENDPOINTS,
    *api_packages.ENDPOINTS,
    *compare.ENDPOINTS,
    *files.ENDPOINTS,
    *live.ENDPOINTS,
    *pictures.ENDPOINTS,
)
