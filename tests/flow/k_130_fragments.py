# SPDX-License-Identifier: BSD-2-Clause
"""Datagrams longer than a packet go through the VIP in both directions, past it to a member, and to
a port of the VIP that only the host itself serves."""
import os
import socket

import pytest

from echo import echoes, heard, relay_conf, stun, udp_socket
from lab import PATIENCE

pytestmark = pytest.mark.engines("kernel")
SIZES = (1473, 4000, 20000, 60000)


def own_port(net, v6):
    """A socket of the host's on the VIP; the play answers for it."""
    with net.balancer.entered():
        s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((net.vip("av", v6), 9999))
    s.settimeout(10 * PATIENCE)
    return s


@pytest.mark.parametrize("v6", [False, True])
def test_both_ways(net, v6):
    net.edge.write(relay_conf(net))
    with echoes(net), udp_socket(net, 5, v6, port=25001) as u, own_port(net, v6) as own:
        net.edge.start("lb")
        seen = net.client_address(5, v6), 25001
        for n in SIZES:
            name, *peer = heard(u, (net.vip("av", v6), 3478), stun(os.urandom(16), os.urandom(n)))
            assert (peer[0], int(peer[1])) == seen
            member = next(m for m in net.members if m.name == name)
            assert heard(u, (member.addresses["av"][v6], 3478), stun(os.urandom(16), os.urandom(n))) == [name, *peer]
            octets = os.urandom(n)
            u.sendto(octets, (net.vip("av", v6), 9999))
            got, back = own.recvfrom(70000)
            assert (got, back[:2]) == (octets, seen)
            own.sendto(octets[::-1], back)
            assert u.recv(70000) == octets[::-1]
