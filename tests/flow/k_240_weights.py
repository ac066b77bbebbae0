# SPDX-License-Identifier: BSD-2-Clause
"""With the kernel engine members get sessions by their weights, another weight acts after a reload, and
a member that returns from an outage gets little until its slow start is over."""
from collections import Counter

import pytest

from crowd import Call, Members
from echo import relay_conf
from lab import wait_until

pytestmark = pytest.mark.engines("kernel")
FAMILIES = (False, True)
CLIENTS = 400
WEIGHTS = {"edge1": 25, "edge2": 100, "edge3": 100}


def conf(net, slow_start=0, **weights):
    c = relay_conf(net, lb={"slow_start": slow_start, "affinity": {"timeout": 0}})
    c["health"] |= {"interval": 0.2, "fast_interval": 0.1}
    for m in c["pools"][0]["members"]:
        m["weight"] = (WEIGHTS | weights)[m["name"]]
    return c


class Shares:
    """Short sessions of so many clients, each from an address of its own: which part a member has."""

    def __init__(self, net):
        self.net, self.first = net, 0

    def of(self, name, v6):
        call = Call(self.net, "access", CLIENTS, addresses=CLIENTS, first=self.first, v6=v6)
        self.first = (self.first + CLIENTS) % 60000  # the next are others
        call.close()
        assert call.done == CLIENTS
        return Counter(call.who)[name[-1]] / CLIENTS

    def until(self, name, low, high):
        for v6 in FAMILIES:
            wait_until(lambda: low <= self.of(name, v6) <= high, 15, f"{name} to have {low} to {high} of the sessions",
                       every=0.2)


def change(net, **conf_of):
    net.edge.write(conf(net, **conf_of))
    net.edge.ask("health", "reload")  # it is who says since when a member is back
    net.edge.ask("lb", "reload")


def state(net, name):
    return {e["state"]["summary"] for m in net.edge.members() if m["name"] == name for e in m["endpoints"]
            if e["services"][0] == "access"}


def test_it(routed):
    net = routed
    net.edge.write(conf(net))
    members = Members(net, ["access", "federation"])
    net.edge.start("health", "lb")
    wait_until(lambda: all(state(net, m) == {"up"} for m in WEIGHTS), 15, "all members to be up")
    shares = Shares(net)
    shares.until("edge1", 0.04, 0.2)  # 1 of 9
    change(net, edge1=200)
    shares.until("edge1", 0.35, 0.65)  # 2 of 4

    # An hour is long: a tenth of its weight is what it begins with, so 0.2 of 2.2.
    change(net, edge1=200, slow_start=3600)
    members.of["edge1"].kill()
    wait_until(lambda: not state(net, "edge1") & {"up", "suspect"}, 15, "edge1 to be down")
    shares.until("edge1", 0, 0)
    members.start("edge1")
    wait_until(lambda: state(net, "edge1") == {"up"}, 15, "edge1 to be up")
    shares.until("edge1", 0.02, 0.25)
    assert all(0.02 <= shares.of("edge1", v6) <= 0.25 for v6 in FAMILIES), "it has no more for a while"
    change(net, edge1=200, slow_start=2)
    shares.until("edge1", 0.35, 0.65)
