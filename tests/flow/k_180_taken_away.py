# SPDX-License-Identifier: BSD-2-Clause
"""edgectl detach takes away what one edge-lb left while another runs, whose host stays as it needs it;
and what is left of it when it was killed in the middle."""
import pytest

from echo import Session, board, echoes, relay_conf
from lab import wait_until

pytestmark = pytest.mark.engines("kernel")


def table_of(net):
    return net.balancer.run("nft", "list", "table", "inet", "edgepool", check=False).stdout


def programs(net):
    """Links, which are nowhere else, and filters."""
    return len([*(net.bpffs.pins / "links").glob("*")]) + net.balancer.run("bpftool", "net").stdout.count("edge_ingress")


def test_beside_a_relay(routed):
    """What one edge-lb left elsewhere is taken away while another runs, whose host stays as it needs it."""
    net, edge = routed, routed.edge
    edge.write(relay_conf(net))
    with echoes(net):
        edge.start("lb")
        edge.daemon["lb"].stop()
        edge.write(relay_conf(net, lb={"engine": "relay", "kernel": {**net.lb_conf["kernel"],
                                                                     "pins": f"{net.bpffs.pins}-other"}}))
        edge.start("lb")
        table = table_of(net)
        assert table
        assert "nothing of the kernel engine in" in edge.ctl("detach").stdout
        assert programs(net) == 3
        said = edge.ctl("detach", str(net.bpffs.pins)).stdout
        assert "detached from 3 interfaces" in said and "an edge-lb is running" in said, said
        assert table_of(net) == table
        assert net.balancer.run("cat", "/proc/sys/net/ipv4/ip_forward").stdout.strip() == "1"
        assert all(Session(net, "access", v6=v6).who() for v6 in (False, True))


def test_by_halves(routed):
    """Whoever is killed while he detaches has left the rest to the next."""
    net, edge = routed, routed.edge
    edge.write(relay_conf(net))
    edge.start("lb")
    edge.daemon["lb"].stop()
    maps = net.bpffs.pins / "maps"
    for link in (net.bpffs.pins / "links").glob("*"):
        link.unlink()
    maps.rename(net.bpffs.pins / "new")
    assert table_of(net)
    edge.ctl("detach")
    assert not net.bpffs.pins.exists() and programs(net) == 0
    assert not table_of(net)


def test_other_pins(routed):
    """An edge-lb with other pins than before says what still takes the packets, until that is taken away."""
    net, edge = routed, routed.edge
    edge.write(relay_conf(net))
    with echoes(net):
        edge.start("lb")
        edge.daemon["lb"].stop()
        pins = f"{net.bpffs.pins}-other"
        edge.write(relay_conf(net, lb={"kernel": {**net.lb_conf["kernel"], "pins": pins}}))
        said = f"packets still go by what an edge-lb before left in {net.bpffs.pins}:"
        for _ in range(2):
            edge.start("lb")
            assert said in edge.daemon["lb"].output()
            edge.daemon["lb"].stop()
        assert "detached from 3 interfaces" in edge.ctl("detach", str(net.bpffs.pins)).stdout
        edge.start("lb")
        assert "packets still go" not in edge.daemon["lb"].output()
        assert all(Session(net, "access", v6=v6).who() for v6 in (False, True))
        wait_until(lambda: sum(c["sessions_total"] for c in board(net).values()) == 2, 15, "them to be counted")


def test_what_cannot_be_used(routed):
    """"auto" serves by the relay then, and says that packets do not come to it before detach; then they do."""
    net, edge = routed, routed.edge
    edge.write(relay_conf(net))
    with echoes(net):
        edge.start("lb")
        edge.daemon["lb"].stop()
        (net.bpffs.pins / "maps" / "lists").unlink()  # as of another version
        edge.write(relay_conf(net, lb={"engine": "auto"}))
        edge.start("lb")
        said = edge.daemon["lb"].output()
        assert "packets may still go by what an edge-lb before left in" in said, said
        assert "lists is missing: they were made by another version" in said, said
        assert "detached from 3 interfaces" in edge.ctl("detach").stdout
        assert all(Session(net, "access", v6=v6).peer()[0] != net.client_address(0, v6) for v6 in (False, True))
        edge.ask("lb", "reload")
        assert programs(net) == 3
