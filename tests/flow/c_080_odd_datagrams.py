# SPDX-License-Identifier: BSD-2-Clause
"""Datagrams of every size pass both ways; one that a member's host refuses is evidence
against the member and costs its client one datagram, nobody else anything."""
import os
import socket

import pytest

from echo import asked, board, echoes, heard, inner_socket, relay_conf, stun, udp_socket, until_sessions
from lab import wait_until

SIZES = (0, 1, 1200, 1473, 9000, 65000)  # the echo adds to them


def sizes(net, federation):
    net.edge.write(relay_conf(net, federation={"enabled": federation}))
    with echoes(net):
        net.edge.start("lb")
        for v6 in (False, True):
            for u, group in ((udp_socket(net, 1, v6), "av"), (inner_socket(net, v6), "internal")):
                at = (net.vip(group, v6), 3478)
                places = {tuple(asked(u, at))}
                for n in SIZES:
                    places.add(tuple(heard(u, at, stun(os.urandom(16), os.urandom(n)))))
                assert len(places) == 1, "all of one association"


@pytest.mark.engines
def test_fragments_pass_both_ways(net):
    sizes(net, federation=False)


def test_fragments_pass_beside_connection_tracking(routed):
    sizes(routed, federation=True)


@pytest.mark.parametrize("v6", [False, True])
def test_the_longest_and_the_empty(routed, v6):
    net = routed
    ears = []
    for m in net.members:
        with m.host.entered():
            ears.append(socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM))
        ears[-1].settimeout(10)
        ears[-1].bind((m.addresses["internal"][v6], 3478))
    conf = relay_conf(net)
    conf["pools"][0]["members"] = conf["pools"][0]["members"][:1]
    net.edge.write(conf)
    net.edge.start("lb")
    longest = os.urandom(65507)
    with inner_socket(net, v6) as u:
        for octets in (b"first", b"", longest, b"", b"last"):
            u.sendto(octets, (net.vip("internal", v6), 3478))
            got, peer = ears[0].recvfrom(70000)
            assert got == octets
            ears[0].sendto(got[::-1], peer)
            assert u.recvfrom(70000)[0] == octets[::-1]
        for n in range(100):  # and many for one
            ears[0].sendto(b"%d" % n, peer)
        assert [int(u.recvfrom(2048)[0]) for _ in range(100)] == list(range(100))
        until_sessions(net, 1)


def refused(net, group, v6):
    net.edge.write(relay_conf(net))
    with echoes(net) as members:
        net.edge.start("lb")
        at, other_at = (net.vip(group, v6), 3478), (net.vip("av", v6), 3478)
        with inner_socket(net, v6) if group == "internal" else udp_socket(net, 3, v6) as u:
            first = asked(u, at)[0]
            other, others = next((c, p) for c in (udp_socket(net, n, v6) for n in range(10, 20))
                                 if (p := asked(c, other_at))[0] != first)
            members[first].refuse("av-udp" if group == "av" else "int-av-udp")
            u.settimeout(0.3)
            wait_until(lambda: heard(u, at, stun(os.urandom(16)))[0] != first, 10, "another member to answer")
            assert asked(other, other_at) == others, "nobody else notices"
        wait_until(lambda: sum(e["connect_failures"] for name, e in board(net).items()
                               if f"/{first}/" in name and name.endswith("/udp")) == 1, 10, "one failure, counted")


@pytest.mark.parametrize("v6", [False, True])
def test_a_refusal_of_a_kept_source(net, v6):
    refused(net, "av", v6)


@pytest.mark.parametrize("v6", [False, True])
def test_a_refusal_of_a_replaced_source(routed, v6):
    refused(routed, "internal", v6)
