# SPDX-License-Identifier: BSD-2-Clause
"""A stopped edge-lb leaves the kernel engine at work, attached once however often it is killed and
started, and "edgectl detach" takes everything away that any edge-lb made, and nothing else."""
import json

import pytest

from echo import Session, echoes, relay_conf
from topology import Edge

pytestmark = pytest.mark.engines("kernel")
FAMILIES = (False, True)


def interfaces(net):
    return [i["ifname"] for i in json.loads(net.balancer.run("ip", "-j", "link").stdout) if i["ifname"] != "lo"]


def qdiscs(net):
    return sorted(net.balancer.run("tc", "qdisc").stdout.splitlines())


def filters(net):
    """Ours, of all interfaces, by the library's name for them."""
    return [line for i in interfaces(net)
            for line in net.balancer.run("tc", "filter", "show", "dev", i, "ingress").stdout.splitlines()
            if "edge_ingress" in line]


def links(net):
    """The numbers of the pinned links: they stay while the program is exchanged."""
    pins = sorted((net.bpffs.pins / "links").glob("*"))
    return [json.loads(net.balancer.run("bpftool", "-j", "link", "show", "pinned", p).stdout)["id"] for p in pins]


def once(net, attach):
    """How it is attached: at the inner, the outer and the members' segment."""
    there = links(net), filters(net)
    counts = len(there[0]), len(there[1])
    assert counts in ([(0, 3)] if attach == "clsact" else [(3, 0), (0, 3)]), there
    return there[0], len(there[1])


def go_on(sessions):
    for s in sessions:
        assert s.ask(b"x" * 3000) == b"x" * 3000


@pytest.mark.parametrize("attach", ["auto", "clsact"])
def test_it(routed, attach):
    net, edge = routed, routed.edge
    net.balancer.run("tc", "qdisc", "add", "dev", interfaces(net)[0], "clsact")  # somebody else's
    before = qdiscs(net)
    edge.write(relay_conf(net, lb={"kernel": {**net.lb_conf["kernel"], "attach": attach}}))
    with echoes(net):
        edge.start("lb")
        there = once(net, attach)
        sessions = [Session(net, "av", v6=v6) for v6 in FAMILIES]
        edge.daemon["lb"].kill()
        go_on(sessions)
        sessions += [Session(net, "access", 1, v6=v6) for v6 in FAMILIES]
        go_on(sessions)
        edge.start("lb")
        assert once(net, attach) == there
        go_on(sessions)

        done = edge.ctl("detach", check=False)
        assert done.returncode == 3 and "an edge-lb that is running uses" in done.stderr, done
        other = Edge(net.lab, net.balancer, "other")
        conf = relay_conf(net, lb={"kernel": {**net.lb_conf["kernel"], "attach": attach}})
        other.write(conf)
        done = net.balancer.run("edge-lb", *other.options(), check=False)
        assert done.returncode == 2 and "belongs to another edge-lb" in done.stderr, done.stderr
        if attach == "clsact":  # the place of filters is one, whoever has what pinned where
            conf["lb"]["kernel"]["pins"] = f"{net.bpffs.pins}-other"
            other.write(conf)
            done = net.balancer.run("edge-lb", *other.options(), check=False)
            assert done.returncode == 2 and "the filter of another edge-lb has its place" in done.stderr, done.stderr
            assert f"edgectl detach {net.bpffs.pins}`" in done.stderr
            assert not [p for p in net.bpffs.path.iterdir() if "other" in p.name], "what it made is gone again"
            go_on(sessions)
        assert once(net, attach) == there

        edge.daemon["lb"].stop()
        go_on(sessions)
        said = edge.ctl("detach").stdout
        assert "detached from 3 interfaces; removed the maps in" in said, said
        assert not net.bpffs.pins.exists() and not filters(net) and qdiscs(net) == before
        assert "nothing of the kernel engine is left" in edge.ctl("detach").stdout
        for s in sessions:
            with pytest.raises(OSError):
                s.ask()
