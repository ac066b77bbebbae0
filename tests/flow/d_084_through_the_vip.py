# SPDX-License-Identifier: BSD-2-Clause
"""Probes go through the VIPs too: a balancer that stands still is reported while the members
stay up, and without the helper nothing is measured and nothing else changes."""
from lab import wait_until
from probed import FIELD
from topology import Net


def listeners(net):
    """Rows of the prober's status about VIPs."""
    lines = [t for t in net.edge.ask("health", "status").splitlines() if t.startswith("listener ")]
    return [{k: v.strip('"') for k, v in FIELD.findall(t)} | {"v6": " [" in t} for t in lines]


def until_all(net, vip, why=None, relays=True):
    """relays=False: without those that are asked no more often than every two seconds."""
    def holds():
        rows = [r for r in listeners(net) if relays or "turn" not in r["probe"]]
        others = [r for r in rows if r["vip"] != vip or (why and r["why"] != why)]
        assert rows and {r["v6"] for r in rows} == {False, True} and not others, others[:3]
        return True
    wait_until(holds, 20, f"every VIP to be {vip}", every=0.1)


def pool(net):
    return next(t for t in net.edge.ask("health", "status").splitlines() if t.startswith("pool "))


def views(net, service):
    """What `edgectl status` says of a service's VIPs."""
    return {s["listener"]["vip_view"] for s in net.edge.status()["pools"][0]["services"] if service in s["services"]}


def helper(net):
    started = net.balancer.popen("edge-vantage", "-r", net.edge.run_dir)
    wait_until(lambda: "stands beside the VIPs" in started.output(), 15, "edge-vantage to be ready")
    return started


def test_the_balancer_is_looked_at_from_outside(lab):
    net = Net(lab, "routed", members=1)
    conf = net.conf(interval=0.3)
    conf["health"] |= {"vip_probe": True, "timeout": 0.8, "connect_timeout": 0.6, "hold": 0.1}
    net.start_members()
    net.edge.write(conf)
    net.edge.start("health", "lb")
    net.wait_members("up")
    until_all(net, "not-measured", "edge-vantage is not there", relays=False)
    assert "conditions=vip-not-measured" in pool(net)
    vantage = helper(net)
    until_all(net, "ok")
    wait_until(lambda: "conditions=" not in pool(net), 15, "nothing to report")
    net.edge.daemon["lb"].freeze()
    until_all(net, "failing", relays=False)
    wait_until(lambda: "conditions=vip-disagrees" in pool(net), 15, "the disagreement to be reported")
    net.wait_members("up")
    net.edge.daemon["lb"].resume()
    until_all(net, "ok", relays=False)
    wait_until(lambda: "conditions=" not in pool(net), 15, "its end")
    conf["pools"][0]["external"]["webconf"]["health"] = {"vip_probe": False}
    net.edge.write(conf)
    net.edge.ask("health", "reload")
    assert views(net, "webconf") == {"not-measured"}, "nobody looks there any more"
    wait_until(lambda: views(net, "access") == {"ok"}, 15, "access to be looked at as before")
    vantage.freeze()
    until_all(net, "not-measured", "edge-vantage gives no sockets", relays=False)
    vantage.kill()
    until_all(net, "not-measured", "edge-vantage is not there")
    net.wait_members("up")
