# SPDX-License-Identifier: BSD-2-Clause
"""Whichever VIP of several on one host a client asks, that VIP answers: two pools, one
socket, from the same client port, and TCP and UDP of a client on one member of each."""
import copy

import pytest

import topology
from echo import Session, asked, echoes, inner_socket, relay_conf, udp_socket


@pytest.fixture(params=sorted(topology.LAYOUTS))
def two(request, lab, engine):
    """Two members in each of two pools; the second pool's VIPs are one figure higher."""
    net = topology.LAYOUTS[request.param](lab, members=4, engine=engine)
    conf = relay_conf(net)
    first = conf["pools"][0]
    second = copy.deepcopy(first)
    second["fqdn"] = "edge.fabrikam.net"
    second["sip_domains"] = ["fabrikam.com"]
    for group in ("access", "webconf", "av"):
        second["external"][group]["vip"] = [vip(net, group, v6, 1) for v6 in (False, True)]
        second["external"][group]["fqdn"] = f"{group}.fabrikam.com"
    second["internal"]["vip"] = [vip(net, "internal", v6, 1) for v6 in (False, True)]
    for m in second["members"]:
        m["fqdn"] = m["fqdn"].replace("contoso.net", "fabrikam.net")
    first["members"], second["members"] = first["members"][:2], second["members"][2:]
    conf["pools"].append(second)
    outer, inner = {"routed": ("lo", "e2"), "one_subnet": ("e0", "e1")}[net.layout]
    for group in ("access", "webconf", "av", "internal"):
        net.balancer.address(*[f"{vip(net, group, v6, 1)}/{128 if v6 else 32}" for v6 in (False, True)],
                             dev=inner if group == "internal" else outer)
    net.edge.write(conf)
    with echoes(net):
        net.edge.start("lb")
        yield net


def vip(net, group, v6, pool):
    first = net.vip(group, v6)
    cut = first.rfind(":" if v6 else ".") + 1
    return first[:cut] + str(int(first[cut:]) + pool)


@pytest.mark.engines
@pytest.mark.parametrize("v6", [False, True])
def test_it(two, v6):
    net = two
    pools = ({"edge1", "edge2"}, {"edge3", "edge4"})
    for group, u in (("av", udp_socket(net, 1, v6, port=25200)), ("internal", inner_socket(net, v6))):
        first = [asked(u, (vip(net, group, v6, p), 3478)) for p in (0, 1)]
        for p in (0, 1, 1, 0):
            again = asked(u, (vip(net, group, v6, p), 3478))  # which VIP answers is checked there
            assert again == first[p] and again[0] in pools[p]
        if group == "av":
            assert {seen[1] for seen in first} == {net.client_address(1, v6)}
            assert Session(net, "access", 1, v6).who() == first[0][0]
