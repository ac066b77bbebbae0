# SPDX-License-Identifier: BSD-2-Clause
"""A member's outbound federation connection leaves with the access VIP as its source (R7);
everything else it opens keeps the member's own address."""
import socket

import pytest

from echo import Session, echoes, relay_conf
from topology import IN4, IN6, OUT4, OUT6, V4, V6

pytestmark = pytest.mark.engines


def seen_by_partner(net, member, v6, port, group="access"):
    """The source address with which a member's connection arrives at a client's host."""
    partner = net.client_address(30, v6)
    with net.client.entered():
        server = socket.create_server((partner, port), family=socket.AF_INET6 if v6 else socket.AF_INET)
    server.settimeout(10)
    with member.host.entered():
        out = socket.create_connection((partner, port), 10, source_address=(member.addresses[group][v6], 0))
    with server, out:
        accepted, peer = server.accept()
        with accepted:
            out.sendall(b"to partner")
            assert accepted.recv(100) == b"to partner"
            accepted.sendall(b"to member")
            assert out.recv(100) == b"to member"
        return peer[0]


@pytest.mark.parametrize("v6", [False, True])
def test_federation_leaves_as_the_vip(net, v6):
    net.edge.write(relay_conf(net))
    with echoes(net):
        net.edge.start("lb")
        for m in net.members:
            assert seen_by_partner(net, m, v6, 5061) == net.vip("access", v6)
            assert seen_by_partner(net, m, v6, 80) == m.addresses["access"][v6]
        s = Session(net, "access", 1, v6, port=5061)
        assert s.who(), "inbound federation is relayed as before"
        s.close()
        entries = net.balancer.run("cat", "/proc/net/nf_conntrack", check=False).stdout
        assert "dport=443 " not in entries, "nothing that is balanced is tracked"


@pytest.mark.parametrize("v6", [False, True])
def test_xmpp_and_what_is_written_for_the_inner_side(net, v6):
    conf = relay_conf(net)
    conf["pools"][0]["external"]["xmpp"] = {"fqdn": "xmpp.contoso.com", "probe": "tcp"}
    conf["pools"][0]["internal"]["outbound"] = "vip"
    net.edge.write(conf)
    gateways = (OUT4, OUT6) if net.layout == "routed" else (V4, V6)
    net.router.route((f"{IN4}0/24", f"{gateways[0]}2"), (f"{IN6}/64", f"{gateways[1]}2"))
    net.edge.start("lb")
    m = net.members[0]
    assert seen_by_partner(net, m, v6, 5269) == net.vip("access", v6)
    assert seen_by_partner(net, m, v6, 5061, "internal") == net.vip("internal", v6)
    assert seen_by_partner(net, m, v6, 5269, "internal") == m.addresses["internal"][v6]
    net.edge.write(relay_conf(net))
    net.edge.ask("lb", "reload")
    assert seen_by_partner(net, m, v6, 5269) == m.addresses["access"][v6], "written nowhere any more"
    assert seen_by_partner(net, m, v6, 5061, "internal") == m.addresses["internal"][v6]
