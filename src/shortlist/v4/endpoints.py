"""The surface's endpoint tables together."""

from shortlist.http.endpoint import Endpoint
from shortlist.v4 import server, users

ENDPOINTS: tuple[Endpoint, ...] = (*server.ENDPOINTS, *users.ENDPOINTS)
