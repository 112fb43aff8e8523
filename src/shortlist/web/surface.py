"""How the browser's JSON API answers."""

from shortlist.http.surface import Surface

SURFACE = Surface(name="web")
PREFIX = "/api/v1"
