# SPDX-License-Identifier: BSD-2-Clause
"""A member that goes down loses its UDP clients at once and keeps its TCP sessions or resets them,
as the service says; a draining one keeps all and gets nothing new; a disabled one ends."""
import pytest

from echo import Session, asked, echoes, relay_conf, udp_socket, until_told, until_up
from lab import wait_until

pytestmark = pytest.mark.engines("kernel")
FAMILIES = (False, True)


class Clients:
    """Of both families, all of them on edge1 at first, which is alone then."""

    def __init__(self, net):
        self.net = net
        for name in ("edge2", "edge3"):
            net.edge.ctl("drain", name)
        wait_until(lambda: self.new_on() == {"edge1"}, 15, "edge1 to be the only one")
        self.udp = [(udp_socket(net, n, v6), (net.vip("av", v6), 3478)) for n in range(3) for v6 in FAMILIES]
        self.kept = [Session(net, "access", n, v6) for n in range(2) for v6 in FAMILIES]
        self.reset = [Session(net, "webconf", n, v6) for n in range(2) for v6 in FAMILIES]
        assert {asked(*c)[0] for c in self.udp} | {s.who() for s in self.kept + self.reset} == {"edge1"}
        for name in ("edge2", "edge3"):
            net.edge.ctl("enable", name)
        until_told(net, "draining", 0)

    def new_on(self):
        """Where clients that were never here before begin: sessions and datagrams."""
        names = set()
        for n in range(30, 36):
            s = Session(self.net, "access", n, n % 2 == 0)
            names.add(s.who())
            s.close()
            with udp_socket(self.net, n + 6, n % 2 == 0) as u:
                names.add(asked(u, (self.net.vip("av", n % 2 == 0), 3478))[0])
        return names

    def until_not_new(self, name):
        wait_until(lambda: name not in self.new_on(), 15, f"nothing new on {name}")


@pytest.fixture
def clients(routed):
    net = routed
    net.edge.write(relay_conf(net, lb={"affinity": {"timeout": 0}}, webconf={"on_down": "reset"}))
    with echoes(net) as members:
        net.echoes = members
        net.edge.start("health", "lb")
        until_up(net)
        yield Clients(net)


def ended(s):
    try:
        s.ask(b"anybody?\n")
    except ConnectionError:
        return True
    return False


def all_on_edge1(clients, sessions):
    assert {asked(*c)[0] for c in clients.udp} == {"edge1"}
    assert all(s.ask(b"on\n") == b"on\n" for s in sessions)


def test_down(clients):
    # It would still answer datagrams, and sessions that it has: this is a decision.
    clients.net.echoes["edge1"].refuse_tcp()
    wait_until(lambda: all(ended(s) for s in clients.reset), 20, "webconf to be reset")
    wait_until(lambda: "edge1" not in {asked(*c)[0] for c in clients.udp}, 15, "datagrams to go elsewhere")
    assert all(s.ask(b"on\n") == b"on\n" for s in clients.kept)
    clients.until_not_new("edge1")


def test_draining_and_disabled(clients):
    clients.net.edge.ctl("drain", "edge1")
    clients.until_not_new("edge1")
    all_on_edge1(clients, clients.kept + clients.reset)
    clients.net.edge.ctl("disable", "edge1")
    wait_until(lambda: all(ended(s) for s in clients.kept + clients.reset), 15, "its sessions to end")
    wait_until(lambda: "edge1" not in {asked(*c)[0] for c in clients.udp[:2]}, 15, "datagrams to go elsewhere")
