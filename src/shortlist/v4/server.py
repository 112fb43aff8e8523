"""What clients ask about the server itself."""

import msgspec

from shortlist import __version__
from shortlist.access.actions import Action
from shortlist.http.endpoint import Call, Endpoint, Mode
from shortlist.v4.surface import PREFIX


class Version(msgspec.Struct):
    version: str = __version__
    revision: str = "shortlist"


class Kas(msgspec.Struct):
    """GitLab's agent for clusters, which this server has not."""

    enabled: bool = False
    externalUrl: str | None = None  # noqa: N815 - GitLab's name
    version: str | None = None


class Metadata(Version):
    kas: Kas = msgspec.field(default_factory=Kas)
    enterprise: bool = False


async def version(_call: Call, _request: None) -> Version:
    """The server's version."""
    return Version()


async def metadata(_call: Call, _request: None) -> Metadata:
    """The server's version and what it has."""
    return Metadata()


def _about(path: str, handler: object, response: type[Version]) -> Endpoint:
    return Endpoint(
        method="GET",
        path=PREFIX + path,
        action=Action.SELF_READ,
        mode=Mode.ASYNC,
        handler=handler,  # pyright: ignore[reportArgumentType] - one of the two above
        response=response,
        tags=("v4",),
    )


ENDPOINTS = (_about("/version", version, Version), _about("/metadata", metadata, Metadata))
