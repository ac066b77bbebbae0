# SPDX-License-Identifier: BSD-2-Clause
"""Sessions whose client source is kept outlive the member, the option and the listener that
a reload removes; what a crashed edge-lb left in the kernel goes with the next start."""
import os
import select
import socket

import pytest

from echo import Session, echoes, relay_conf, stun, udp_socket, until_sessions


def av_sessions(net):
    sessions = [Session(net, "av", n, v6) for n in range(6) for v6 in (False, True)]
    assert {s.who() for s in sessions} == {"edge1", "edge2", "edge3"}
    return sessions


def all_go_on(sessions):
    for s in sessions:
        s.s.settimeout(5)
        assert s.ask(b"x" * 50000) == b"x" * 50000, s.line


def without(net, what):
    conf = relay_conf(net)
    pool = conf["pools"][0]
    if what == "the member":
        pool["members"].pop(0)
    elif what == "the option":
        pool["external"]["av"]["source"] = "replace"
    else:
        pool["external"]["av"]["tcp_port"] = 444
    return conf


@pytest.mark.parametrize("what", ["the member", "the option", "the listener"])
def test_sessions_outlive(routed, what):
    routed.edge.write(relay_conf(routed))
    with echoes(routed):
        routed.edge.start("lb")
        sessions = av_sessions(routed)
        for _ in range(2):
            routed.edge.write(without(routed, what))
            routed.edge.ask("lb", "reload")
            all_go_on(sessions)
        for s in sessions:
            s.close()
        until_sessions(routed, 0)


def test_a_crash_leaves_nothing_for_long(routed):
    def ours():
        return [routed.balancer.run(*c.split(), check=False).stdout for c in
                ("ip rule", "ip -6 rule", "ip route show table 60830", "nft list ruleset")]
    before = ours()
    routed.edge.write(relay_conf(routed))
    routed.edge.start("lb")
    assert ours() != before
    routed.edge.daemon["lb"].kill()
    conf = relay_conf(routed, av={"source": "replace"}, federation={"enabled": False})
    routed.edge.write(conf)
    routed.edge.start("lb")
    assert ours() == before


def test_an_answer_under_way_finds_its_way_back(routed):
    """The member answers after the reload: by way of the VIP, as it was asked."""
    routed.edge.write(relay_conf(routed))
    ears = []
    for m in routed.members:
        for a in m.addresses["av"]:
            with m.host.entered():
                ears.append(socket.socket(socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_DGRAM))
            ears[-1].bind((a, 3478))
    routed.edge.start("lb")
    for v6 in (False, True):
        with udp_socket(routed, 3, v6) as u:
            asked, vip = stun(os.urandom(16)), (routed.vip("av", v6), 3478)
            u.sendto(asked, vip)
            ear = select.select(ears, [], [], 5)[0][0]
            octets, client = ear.recvfrom(2048)
            routed.edge.write(relay_conf(routed, access={"idle_timeout": 1900.0 + v6}))
            routed.edge.ask("lb", "reload")
            ear.sendto(octets, client)
            octets, peer = u.recvfrom(2048)
            assert (octets, peer[:2]) == (asked, vip)
    routed.balancer.run("nft", "flush", "ruleset")
    routed.edge.ask("lb", "reload")
    assert "asked4" in routed.balancer.run("nft", "list", "ruleset").stdout, "a reload mends it"
