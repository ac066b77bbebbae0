# SPDX-License-Identifier: BSD-2-Clause
"""A VIP through which nobody looks any more, or that another host has, is not measured, whatever
was seen there before."""
from lab import wait_until
from topology import VIP, V4, V6, Net


def views(net, *groups):
    """How `edgectl status --json` says that VIPs look, those of these address groups."""
    vips = {net.vip(g, v6) for g in groups for v6 in (False, True)}
    return {s["listener"]["vip_view"] for p in net.edge.status()["pools"] for s in p["services"]
            if s["listener"]["vip"] in vips}


def lacks(net):
    return [t.partition('why="')[2].partition('"')[0] for t in net.edge.ask("health", "status").splitlines()
            if t.startswith("listener edge.contoso.net external ")]


def test_what_was_seen_does_not_stay(lab):
    net = Net(lab, "routed", members=1)
    conf = net.conf(interval=0.2, tls=False)
    conf["health"] |= {"vip_probe": True}
    external = conf["pools"][0]["external"]
    external["av"] |= {"probe": "none"}  # a relay is asked too seldom for this play
    net.start_members()
    net.edge.write(conf)
    net.edge.start("health")
    net.balancer.popen("edge-vantage", "-r", net.edge.run_dir)
    # There is no edge-lb: nobody listens.
    wait_until(lambda: views(net, "access", "webconf") == {"failing"}, 20, "the VIPs to be refused", every=0.1)

    external["webconf"]["health"] = {"vip_probe": False}
    net.edge.write(conf)
    net.edge.ask("health", "reload")
    assert (views(net, "webconf"), views(net, "access")) == ({"not-measured"}, {"failing"})

    # As on a standby beside keepalived: anybody may bind what is elsewhere.
    net.balancer.sysctl("net.ipv4.ip_nonlocal_bind", 1)
    net.balancer.sysctl("net.ipv6.ip_nonlocal_bind", 1)
    net.balancer.ip(*[f"addr del {a} dev lo" for n in VIP.values() for a in (f"{V4}{n}/32", f"{V6}{n}/128")])
    wait_until(lambda: set(lacks(net)) == {"the VIP is not on this host"}, 20, "them to be elsewhere", every=0.1)
    assert views(net, "access", "webconf") == {"not-measured"}
