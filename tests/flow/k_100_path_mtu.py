# SPDX-License-Identifier: BSD-2-Clause
"""Where the way is narrow, whoever sends too much is told so through the VIP, wherever the narrow
place is; what may be cut up is; and everything arrives."""
import contextlib
import os
import socket

import pytest

from echo import Session, echoes, relay_conf, stun, udp_socket
from lab import PATIENCE, wait_until
from topology import OUT4, OUT6, V4, V6

pytestmark = pytest.mark.engines("kernel")
NARROW = 1300
IP_MTU_DISCOVER, IP_MTU, IPV6_MTU_DISCOVER, IPV6_MTU = 10, 14, 23, 24
PMTU_DONT, PMTU_DO = 0, 2


def narrow(host, to, *way):
    """The route to this address is for packets of NARROW octets, and no more."""
    host.ip(" ".join(["route replace", to, *way, "mtu lock", str(NARROW)]))


def narrow_beyond_router(net, client):
    narrow(net.router, client, "dev", "e0")


def narrow_towards_client(net, client):
    via = (OUT6 if net.layout == "routed" else V6) if ":" in client else OUT4 if net.layout == "routed" else V4
    narrow(net.balancer, client, "via", f"{via}1")


def narrow_towards_members(net):
    for m in net.members:
        for a in m.addresses["av"]:
            narrow(net.balancer, a, "dev", "e1" if net.layout == "routed" else "e0")


def path_mtu(s, v6):
    return s.getsockopt(*((socket.IPPROTO_IPV6, IPV6_MTU) if v6 else (socket.IPPROTO_IP, IP_MTU)))


def discover(s, v6, how):
    s.setsockopt(*((socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER) if v6 else (socket.IPPROTO_IP, IP_MTU_DISCOVER)), how)


def session(net, members, n, v6, octets):
    """What the client's and the member's side have learned of the way."""
    s = Session(net, "av", n, v6)
    assert s.ask(octets) == octets
    (there,) = members[s.who()].sessions
    learned = path_mtu(s.s, v6), path_mtu(there, v6)
    s.close()
    wait_until(lambda: not members[s.who()].sessions, 10, "the session to end")
    return learned


def datagram(u, net, v6):
    """Whether it comes back; the first may be lost on a narrow way, and teach the sender."""
    octets = stun(os.urandom(16), bytes(1400))
    with contextlib.suppress(OSError):
        u.sendto(octets, (net.vip("av", v6), 3478))
        while not u.recv(2048).startswith(octets):
            pass  # a late answer to one before
        return True
    return False


def exchange(net, n, v6, how=None):
    with udp_socket(net, n, v6, timeout=0.2 * PATIENCE) as u:
        if how is not None:
            discover(u, v6, how)
        wait_until(lambda: datagram(u, net, v6), 10, "an answer")


def cut_up(members):
    for m in members.values():
        for (address, _, proto), s in m.listening.items():
            if proto == "udp" and ":" not in address:
                discover(s, False, PMTU_DONT)


def told(u, v6):
    with contextlib.suppress(OSError):
        u.send(stun(os.urandom(16), bytes(1400)))
    return path_mtu(u, v6) == NARROW


def test_it(net):
    octets = os.urandom(100_000)
    net.edge.write(relay_conf(net, lb={"manage_host": True}))
    with echoes(net) as members:
        net.edge.start("lb")
        for v6 in (False, True):
            for n, place in enumerate((narrow_beyond_router, narrow_towards_client), 1):
                place(net, net.client_address(n, v6))
                assert session(net, members, n, v6, octets)[1] == NARROW
                place(net, net.client_address(n + 10, v6))
                exchange(net, n + 10, v6)
        cut_up(members)
        narrow_towards_client(net, net.client_address(19))
        exchange(net, 19, False, PMTU_DONT)
        narrow_towards_members(net)
        for v6 in (False, True):
            wait_until(lambda: session(net, members, 21, v6, octets)[0] == NARROW, 10, "the new route to be used")
            with udp_socket(net, 22, v6) as u:
                discover(u, v6, PMTU_DO)
                u.connect((net.vip("av", v6), 3478))
                wait_until(lambda: told(u, v6), 10, "the client to learn it")
        net.client.ip("route flush cache")  # forgets what was learned of the VIP
        exchange(net, 20, False, PMTU_DONT)
