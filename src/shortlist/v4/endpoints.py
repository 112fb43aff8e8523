"""The surface's endpoint tables together."""

from shortlist.http.endpoint import Endpoint
from shortlist.v4 import (
    access_tokens,
    application_settings,
    audit,
    generic_packages,
    groups,
    jobs,
    members,
    ml_model_packages,
    packages,
    projects,
    server,
    signed_transfers,
    tokens,
    users,
)

ENDPOINTS: tuple[Endpoint, ...] = (
    *server.ENDPOINTS,
    *application_settings.ENDPOINTS,
    *users.ENDPOINTS,
    *tokens.ENDPOINTS,
    *projects.ENDPOINTS,
    *groups.ENDPOINTS,
    *members.ENDPOINTS,
    *access_tokens.ENDPOINTS,
    *packages.ENDPOINTS,
    *generic_packages.ENDPOINTS,
    *ml_model_packages.ENDPOINTS,
    *signed_transfers.ENDPOINTS,
    *jobs.ENDPOINTS,
    *audit.ENDPOINTS,
)
