# SPDX-License-Identifier: BSD-2-Clause
"""Strangers' datagrams that mean nothing, which a member rightly leaves unanswered, do not make the
kernel engine say that it answers past the balancer: its TCP sessions show that it does not."""
import socket

import pytest

from echo import udp_socket
from lab import wait_until
from topology import Net

pytestmark = pytest.mark.engines("kernel")
FAMILIES = (False, True)


def places(net):
    return [f"/edge1/external/[{a}]:3478/udp" if ":" in a else f"/edge1/external/{a}:3478/udp"
            for a in net.members[0].addresses["av"]]


def test_it(lab, engine):
    net = Net(lab, "routed", members=1, engine=engine)
    net.start("health", "lb", interval=0.2)
    net.wait_members("up")
    for v6 in FAMILIES:
        with net.client.entered():
            socket.create_connection((net.vip("av", v6), 443), 10).close()
    for n in range(40):
        for v6 in FAMILIES:
            with udp_socket(net, n, v6) as u:
                u.sendto(b"anybody?", (net.vip("av", v6), 3478))

    def told():
        lines = [line for line in net.edge.daemon["lb"].output().splitlines() if "clients' datagrams" in line]
        return all(any(f"{name} answered none of" in line for line in lines) for name in places(net))
    wait_until(told, 20, "edge-lb to say that nobody answered")
    assert "past the balancer" not in net.edge.daemon["lb"].output()
