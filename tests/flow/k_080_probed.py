# SPDX-License-Identifier: BSD-2-Clause
"""Probes reach members and VIPs beside the kernel engine's sessions: what members answer the prober is
not taken for answers past the balancer, and what is seen through the VIPs does not need edge-lb."""
import pytest

from d_084_through_the_vip import helper, until_all
from lab import wait_until
from topology import Net

pytestmark = pytest.mark.engines("kernel")


def asked_through_vips(net):
    """How often members saw edge-vantage, through each of two services that are probed often."""
    return [sum(r["peer"].startswith("198.18.53.2:") for m in net.members for r in m.saw(s)) for s in ("access", "sip")]


def until_asked(net, times):
    before = asked_through_vips(net)
    wait_until(lambda: all(n >= b + times for n, b in zip(asked_through_vips(net), before)), 20, "probes of the VIPs")


def test_it(lab, engine):
    net = Net(lab, "routed", members=1, engine=engine)
    conf = net.conf(interval=0.2)
    conf["health"] |= {"vip_probe": True, "hold": 0.1}
    net.start_members()
    net.edge.write(conf)
    net.edge.start("health", "lb")
    net.wait_members("up")
    helper(net)
    until_all(net, "ok", relays=False)
    net.edge.daemon["lb"].freeze()
    until_asked(net, 2)
    until_all(net, "ok", relays=False)
    net.edge.daemon["lb"].resume()
    until_asked(net, 2)
    assert "past the balancer" not in net.edge.daemon["lb"].output()
