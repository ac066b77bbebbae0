# SPDX-License-Identifier: BSD-2-Clause
"""A client reaches its member directly beside its session through the VIP, and from the same
port when that has ended: what the balancer remembers of it does not get in between."""
import socket

import pytest

from echo import Session, echoes, relay_conf, until_sessions
from lab import wait_until


def answered(direct):
    """Who the member sees at the other end of a new direct connection."""
    direct.sendall(b"x" * 100000)
    got = b""
    while len(got) < 100000 or got.count(b"\n") < 1:
        part = direct.recv(65536)
        assert part, "ended in the middle"
        got += part
    return got.split()[1].decode()


@pytest.mark.engines
@pytest.mark.parametrize("v6", [False, True])
def test_a_direct_connection_from_the_same_port(net, v6):
    net.edge.write(relay_conf(net))
    with echoes(net) as members:
        net.edge.start("lb")
        here = (net.client_address(1, v6), 26001)
        s = Session(net, "av", 1, v6, local_port=here[1])
        member = members[s.who()].member
        assert s.peer() == here
        with net.client.entered():
            beside = socket.create_connection((member.addresses["av"][v6], 443), 10, source_address=(here[0], 0))
        assert answered(beside) == here[0] and s.ask(b"y" * 50000) == b"y" * 50000
        beside.close()
        s.close()
        until_sessions(net, 0)
        with net.client.entered():
            direct = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET)
            # The member's last words end the old one; until then the port is taken.
            wait_until(lambda: direct.bind(here) is None, 10, "the client's port to be free")
            direct.settimeout(10)
            direct.connect((member.addresses["av"][v6], 443))
        assert answered(direct) == here[0]
        direct.close()
