"""How the browser's JSON API answers."""

from shortlist.http.surface import Surface

# A challenge on a refused sign-in would make the browser open its own window over the form.
SURFACE = Surface(name="web", challenge=False)
PREFIX = "/api/v1"
