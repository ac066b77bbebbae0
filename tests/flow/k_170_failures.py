# SPDX-License-Identifier: BSD-2-Clause
"""A configuration that fails late leaves the kernel engine as it was: where there was none there is none
and the host is as before; where one served, a start that fails changes nobody's lists."""
import copy

import pytest

from echo import Session, echoes, relay_conf, reload
from lab import wait_until
from topology import CLIENT4, CLIENT6, CLIENTS

pytestmark = pytest.mark.engines("kernel")
FAMILIES = (False, True)
GROUPS = ("access", "webconf", "av", "federation", "internal_sip", "internal_mras", "internal_av")
MANAGE = {"manage_host": True}
LISTS = {"limits": {what: [f"10.{n}.0.0/16" for n in range(256)] for what in ("allow", "deny")}}


def with_ending(addresses, ending):
    return [a[:-1] + ending for a in addresses]


def too_many(net, **groups):
    """For each listener of two pools, so more than half of the room, which is noticed after all else."""
    conf = relay_conf(net, lb={**LISTS, **MANAGE}, **groups)
    pool = copy.deepcopy(conf["pools"][0])
    pool |= {"fqdn": "other.contoso.net", "sip_domains": ["other.contoso.com"]}
    for n, m in enumerate(pool["members"]):
        m |= {"name": f"other{n}", "fqdn": f"other{n}.contoso.net"}
        m |= {g: with_ending(m[g], str(5 + n)) for g in ("access", "webconf", "av", "internal")}
    external = pool["external"]
    for g in ("access", "webconf", "av"):
        external[g] |= {"vip": with_ending(external[g]["vip"], "9"), "fqdn": f"{g}.other.contoso.com"}
    pool["internal"]["vip"] = with_ending(pool["internal"]["vip"], "9")
    conf["pools"].append(pool)
    return conf


def answered(net, n, v6):
    try:
        s = Session(net, "access", n, v6, timeout=2)
        s.who()
        s.close()
    except (ConnectionError, TimeoutError):
        return False
    return True


def accept_local(net):
    return net.balancer.run("cat", "/proc/sys/net/ipv4/conf/lo/accept_local").stdout.strip()


def programs(net):
    """Links, which are nowhere else, and filters."""
    return len([*(net.bpffs.pins / "links").glob("*")]) + net.balancer.run("bpftool", "net").stdout.count("edge_ingress")


def test_a_start(routed):
    net, edge = routed, routed.edge
    one = {"limits": {"allow": [f"{CLIENT4}{CLIENTS[0]}/32", f"{CLIENT6}{CLIENTS[0]}/128"]}}
    edge.write(relay_conf(net, access=one))
    with echoes(net):
        edge.start("lb")

        def all_is_as_it_was():
            for v6 in FAMILIES:
                wait_until(lambda v6=v6: answered(net, 0, v6), 10, "who is allowed to be served")
                assert not answered(net, 1, v6)
        all_is_as_it_was()
        edge.daemon["lb"].kill()
        edge.write(too_many(net, access=one))
        done = net.balancer.run("edge-lb", *edge.options(), check=False)
        assert done.returncode == 2 and "allow and deny have" in done.stderr, done.stderr
        all_is_as_it_was()
        edge.write(relay_conf(net, access=one))
        edge.start("lb")
        all_is_as_it_was()


def test_the_first_reload_and_the_first_start(routed):
    net, edge = routed, routed.edge
    relay = {g: {"engine": "relay", "source": "replace"} for g in GROUPS}
    wrong = too_many(net)
    edge.write(relay_conf(net, **relay))
    with echoes(net):
        edge.start("lb")
        before = accept_local(net)
        edge.write(wrong)
        refused = net.balancer.run("edgectl", *edge.options(), "reload", check=False)
        assert refused.returncode == 3 and "allow and deny have" in refused.stdout + refused.stderr, refused
        assert accept_local(net) == before
        assert not net.bpffs.pins.exists() and programs(net) == 0
        assert all(answered(net, 0, v6) for v6 in FAMILIES)
        edge.daemon["lb"].stop()
        done = net.balancer.run("edge-lb", *edge.options(), check=False)
        assert done.returncode == 2, done
        assert not net.bpffs.pins.exists() and programs(net) == 0
        edge.write(relay_conf(net, **{**relay, "access": {"engine": "kernel"}}))
        edge.start("lb")
        wait_until(lambda: all(answered(net, 0, v6) for v6 in FAMILIES), 10, "the kernel engine to serve")
        assert net.bpffs.pins.exists()


def test_a_stop_between_engines(routed):
    """What the kernel's last sessions need of the host stays, and they go on."""
    net, edge = routed, routed.edge
    edge.write(relay_conf(net, lb=MANAGE))
    with echoes(net):
        edge.start("lb")
        sessions = [Session(net, "access", v6=v6) for v6 in FAMILIES]
        assert [s.ask() for s in sessions] == [b"hello\n"] * 2
        reload(net, relay_conf(net, lb={**MANAGE, "engine": "relay"}, **{g: {"source": "replace"} for g in GROUPS}))
        edge.daemon["lb"].stop()
        assert accept_local(net) == "1"
        assert [s.ask(b"x" * 3000) for s in sessions] == [b"x" * 3000] * 2
        edge.start("lb")
        assert accept_local(net) == "1"
        assert [s.ask(b"x" * 3000) for s in sessions] == [b"x" * 3000] * 2
