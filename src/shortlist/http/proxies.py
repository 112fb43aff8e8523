"""Who a request comes from when a proxy brings it: the address and the scheme that the proxy says.

Anybody can send `X-Forwarded-For`, so it counts only from a peer that the settings trust. Each proxy adds the address
of its own peer at the right; of the addresses there, the rightmost that is no trusted proxy is the client.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.types import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Any of them says that somebody else asked than the peer.
FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")

_MAX_HOPS = 50


class TrustedProxies:
    """`networks` are addresses or networks, such as `10.0.0.0/8`; none trusts nobody."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks: tuple[Network, ...] = tuple(ipaddress.ip_network(text, strict=False) for text in networks)

    def apply(self, scope: Scope) -> None:
        """Put the client's address and scheme into the scope, where a trusted proxy says them."""
        peer = _parse(scope["client"][0]) if self._networks and scope.get("client") else None
        if peer is None or not self._trusts(peer):
            return
        hops = _values(scope, b"x-forwarded-for")
        scope["client"] = (str(self._client(peer, hops)), 0)
        scheme = _values(scope, b"x-forwarded-proto")[-1:]
        if scheme in (["http"], ["https"]):
            scope["scheme"] = scheme[0]

    def _client(self, peer: Address, hops: list[str]) -> Address:
        found = peer
        for hop in reversed(hops[-_MAX_HOPS:]):
            if not self._trusts(found):
                break
            said = _parse(hop)
            if said is None:  # nobody can say what is left of it
                break
            found = said
        return found

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def client_address(scope: Mapping[str, Any]) -> str:
    """The address that a request comes from; empty where there is none, as behind a socket file."""
    return scope["client"][0] if scope.get("client") else ""


def _values(scope: Scope, name: bytes) -> list[str]:
    """The parts of a header that may be sent several times, in their order."""
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [part.strip().lower() for part in ",".join(lines).split(",") if part.strip()]


def _parse(text: str) -> Address | None:
    """An address with or without a port; an IPv4 address inside an IPv6 one is itself."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address
