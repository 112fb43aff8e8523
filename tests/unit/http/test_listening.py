"""Where the server listens."""

import socket

import pytest

from shortlist.http.server import Listening


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_every_address_is_that_of_both_kinds() -> None:
    with Listening("::", 0).bind() as listening:
        port = listening.getsockname()[1]
        for address in ("127.0.0.1", "::1"):
            socket.create_connection((address, port), timeout=30).close()


def test_processes_share_a_port() -> None:
    with Listening("127.0.0.1", 0).bind() as first:
        port = first.getsockname()[1]
        with Listening("127.0.0.1", port).bind() as second:
            assert second.getsockname() == first.getsockname()
