# SPDX-License-Identifier: BSD-2-Clause
"""A member whose gateway is another answers past the balancer: the kernel engine names it and the
gateway to set, TCP and UDP, both families; the members that answer are not named."""
import contextlib
import socket

import pytest

from echo import udp_socket
from lab import wait_until, whole_lines
from topology import CLIENTS, V4, V6, Net

ALLOCATE = bytes.fromhex("00030010") + bytes(16) + bytes.fromhex("000f000472c64bc68008000400000001")
pytestmark = pytest.mark.engines("kernel")


def begin(net, n, v6):
    """A SYN and a datagram; nothing waits for an answer."""
    with net.client.entered():
        s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_STREAM)
    s.bind((net.client_address(n, v6), 0))
    s.setblocking(False)
    with s, contextlib.suppress(BlockingIOError):
        s.connect((net.vip("access", v6), 443))
    with udp_socket(net, n, v6) as u:
        u.sendto(ALLOCATE, (net.vip("av", v6), 3478))


def places(member):
    for group, ending in (("access", ":443/tcp"), ("av", ":3478/udp")):
        yield from (f"/{member.name}/external/" + (f"[{a}]" if ":" in a else a) + ending
                    for a in member.addresses[group])


def test_who_answers_past_is_named(lab, engine):
    net = Net(lab, "one_subnet", members=2, engine=engine)
    past = net.members[1]
    past.host.ip(*(f"route replace default via {router}1" for router in (V4, V6)))
    net.start("health", "lb")
    begun = 0

    def named():
        nonlocal begun
        for begun in range(begun, begun + 32):
            begin(net, begun // 2 % len(CLIENTS), begun % 2 == 0)
        begun += 1
        told = [line for line in whole_lines(net.edge.daemon["lb"].output()) if " answers past the balancer" in line]
        assert all(f"/{past.name}/" in line and "set its default gateway to" in line for line in told), told
        return all(any(place in line for line in told) for place in places(past))
    wait_until(named, 30, f"edge-lb to name {past.name}", every=0.1)
