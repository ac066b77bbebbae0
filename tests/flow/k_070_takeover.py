# SPDX-License-Identifier: BSD-2-Clause
"""Another host takes the VIPs over, as when keepalived moves them: whoever begins then is served
by the kernel engine of that host, which waited without a VIP and said so."""
import pytest

from echo import Session, asked, board, echoes, relay_conf, udp_socket
from engine import Bpffs
from lab import wait_until
from topology import IN4, IN6, V4, V6, VIP, VIP_INTERNAL, Edge

pytestmark = pytest.mark.engines("kernel")
FAMILIES = (False, True)
# What moves: the VIPs, and the address that is the members' gateway.
OUTER = [f"{p}{n}{bits}" for n in (2, *VIP.values()) for p, bits in ((V4, "/24"), (V6, "/64"))]
INNER = [f"{p}{n}{bits}" for n in (2, VIP_INTERNAL) for p, bits in ((IN4, "/24"), (IN6, "/64"))]


def standby(net):
    """A host beside the balancer, with an edge-lb of its own."""
    host = net.lab.host("standby")
    segments = {s.name: s for s in net.lab.segments}
    host.forward()
    for key in ("all", "default"):
        host.sysctl(f"net.ipv4.conf.{key}.send_redirects", 0)
    host.link(segments["pool"], f"{V4}3/24", f"{V6}3/64")
    host.link(segments["inner"], f"{IN4}3/24", f"{IN6}3/64")
    host.route(("default", f"{V4}1"), ("default", f"{V6}1"))
    edge = Edge(net.lab, host, "standby")
    bpffs = Bpffs(net.lab, "bpf2")
    net.lab.ends.append(bpffs.end)
    conf = relay_conf(net)
    conf["lb"]["kernel"] = conf["lb"]["kernel"] | {"pins": str(bpffs.pins)}
    edge.write(conf)
    return edge.start("lb")


def move(net, to):
    for dev, addresses in (("e0", OUTER), ("e1", INNER)):
        # The first of a network last: its others would go with it.
        net.balancer.ip(*[f"addr del {a} dev {dev}" for a in reversed(addresses)])
        to.address(*addresses, dev=dev)
    # What keepalived tells everybody by an ARP of its own and a neighbour advertisement.
    for host in (net.router, net.inner, *[m.host for m in net.members]):
        host.ip("neigh flush all")


def sessions_of(edge):
    return sum(e["lb"]["sessions_total"] for m in edge.members() for e in m["endpoints"])


def test_it(one_subnet):
    net = one_subnet
    net.edge.write(relay_conf(net))
    with echoes(net):
        net.edge.start("lb")
        other = standby(net)
        wait_until(lambda: "vip-on-no-interface" in other.ask("lb", "sessions"), 15, "its report")
        udp = [(udp_socket(net, n, v6), (net.vip("av", v6), 3478)) for n in range(4) for v6 in FAMILIES]
        assert all(asked(*c) for c in udp)
        for v6 in FAMILIES:
            assert Session(net, "access", 1, v6).who()
        wait_until(lambda: sum(e["sessions_total"] for e in board(net).values()) == len(udp) + 2, 15, "them to be counted")
        assert sessions_of(other) == 0
        move(net, other.host)
        assert all(asked(*c)[1] == c[0].getsockname()[0] for c in udp)
        for n in range(4):
            for v6 in FAMILIES:
                s = Session(net, "access", 10 + n, v6)
                assert s.peer()[0] == net.client_address(10 + n, v6) and s.ask(b"x" * 50000) == b"x" * 50000
        wait_until(lambda: sessions_of(other) == len(udp) + 8, 15, "the other host to have counted them")
        wait_until(lambda: "vip-on-no-interface" not in other.ask("lb", "sessions"), 15, "its report to change")
