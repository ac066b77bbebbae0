# SPDX-License-Identifier: BSD-2-Clause
"""A client whose member goes down is with another one at its next datagram, while a drained
member keeps its associations."""
import pytest

from echo import asked, echoes, inner_socket, relay_conf, udp_socket, until_up
from lab import wait_until
from logged import lines


@pytest.fixture
def relay(routed):
    """Clients of kept and of replaced sources, all on edge1: .clients, and where each is."""
    net = routed
    net.log = net.lab.dir / "sessions.log"
    net.edge.write(relay_conf(net, lb={"log": {"sessions": str(net.log)}}))
    with echoes(net) as members:
        net.echoes = members
        net.edge.start("health", "lb")
        until_up(net)
        for name in ("edge2", "edge3"):
            net.edge.ctl("drain", name)
        wait_until(lambda: {asked(*c)[0] for c in clients(net, 20)} == {"edge1"}, 10, "edge1 to be the only one")
        net.clients = clients(net, 0)
        net.places = [asked(*c) for c in net.clients]
        assert {p[0] for p in net.places} == {"edge1"}
        for name in ("edge2", "edge3"):
            net.edge.ctl("enable", name)
        yield net


def clients(net, first):
    kept = [(udp_socket(net, first + n, v6), (net.vip("av", v6), 3478)) for n in range(4) for v6 in (False, True)]
    return kept + [(inner_socket(net, v6), (net.vip("internal", v6), 3478)) for v6 in (False, True)]


def someone_new_on(net, names):
    return wait_until(lambda: {asked(*c)[0] for c in clients(net, 30)[:8]} <= names, 10, f"new clients on {names}")


def test_down_moves_them_at_once(relay):
    relay.echoes["edge1"].refuse_tcp()  # it would still answer datagrams: this is a decision
    ports = {c[0].getsockname()[1] for c in relay.clients}

    def ended():
        return {int(x["client"].rpartition(":")[2]) for x in lines(relay.log) if x["end"] == "member-down"}
    wait_until(lambda: ports <= ended(), 20, "all of them to have left edge1")
    for c in relay.clients:
        assert asked(*c)[0] in ("edge2", "edge3")


def test_drained_keeps_them(relay):
    relay.edge.ctl("drain", "edge1")
    someone_new_on(relay, {"edge2", "edge3"})
    for _ in range(3):
        assert [asked(*c) for c in relay.clients] == relay.places, "the same member, from the same port"
    assert not relay.log.read_text().count("end=member-down")
