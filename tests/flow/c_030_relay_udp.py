# SPDX-License-Identifier: BSD-2-Clause
"""UDP through the internal VIP: each client port has its association, answered from the
VIP; it ends when idle, and moves at once when its member goes down."""
import socket

import pytest

from echo import echoes, inner_socket, relay_conf, until_sessions
from lab import wait_until


def ask(net, s, octets, v6=False):
    s.sendto(octets, (net.vip("internal", v6), 3478))
    answer, peer = s.recvfrom(70000)
    assert peer[0] == net.vip("internal", v6) and answer.startswith(octets)
    return answer[len(octets):].split()[0].decode()


@pytest.mark.parametrize("v6", [False, True])
def test_datagrams_of_all_sizes_pass(routed, v6):
    routed.edge.write(relay_conf(routed))
    with echoes(routed):
        routed.edge.start("lb")
        with inner_socket(routed, v6) as a, inner_socket(routed, v6) as b:
            names = {ask(routed, s, b"x" * n, v6) for s in (a, b) for n in (0, 1, 1400, 9000)}
            assert len(names) == 1, "one client address, one member"
            until_sessions(routed, 2)


@pytest.mark.parametrize("v6", [False, True])
def test_a_refusal_loses_no_later_datagram(routed, v6):
    routed.edge.write(relay_conf(routed))
    with echoes(routed) as members:
        for name in ("edge1", "edge2"):
            members[name].refuse("int-av-udp")
        routed.edge.start("lb")
        for m in routed.members:  # neighbours know each other: a refusal is back at once
            with routed.balancer.entered():
                socket.create_connection((m.addresses["internal"][v6], 443), 5).close()
        with inner_socket(routed, v6) as s:
            lb = routed.edge.daemon["lb"]
            lb.freeze()
            for n in range(3):
                s.sendto(b"%d" % n, (routed.vip("internal", v6), 3478))
            lb.resume()
            assert s.recvfrom(2048)[0].split()[:2] == [b"2", b"edge3"]


@pytest.mark.parametrize("v6", [False, True])
def test_an_idle_association_ends(routed, v6):
    routed.edge.write(relay_conf(routed, internal_av={"udp_idle_timeout": 2.0}))
    with echoes(routed):
        routed.edge.start("lb")
        with inner_socket(routed, v6) as s:
            ask(routed, s, b"one", v6)
            until_sessions(routed, 1)
            until_sessions(routed, 0)
            assert ask(routed, s, b"two", v6)


@pytest.mark.engines
def test_a_dead_member_s_clients_move_at_once(routed):
    conf = relay_conf(routed)
    conf["pools"][0]["internal"]["av"]["probe"] = "turn-udp"
    routed.edge.write(conf)
    routed.start("health", "lb")
    routed.wait_members("up")
    allocate = bytes.fromhex("00030010") + bytes(16) + bytes.fromhex("000f000472c64bc68008000400000001")
    with inner_socket(routed, False) as s:
        def alternate():
            s.sendto(allocate, (routed.vip("internal"), 3478))
            octets = s.recvfrom(2048)[0]
            value = octets[octets.index(b"\x00\x0e\x00\x08") + 4:][:8]
            return socket.inet_ntoa(value[4:])
        first = alternate()
        until_sessions(routed, 1)
        next(m for m in routed.members if first in m.addresses["internal"]).kill()
        s.settimeout(0.3)
        wait_until(lambda: alternate() != first, 10, "another member to answer the same port")
