# SPDX-License-Identifier: BSD-2-Clause
"""A member that returns from an outage gets its part of the new sessions little by little,
as the ramp says; one that was there at the start, or was drained, gets all of it at once."""
import socket
import time
from collections import deque

import pytest

from crowd import Members
from echo import relay_conf
from lab import PATIENCE, wait_until

RAMP = 5.0 * PATIENCE
HELD = 600


class Clients:
    """New sessions one after another, from so many addresses in turn, the last HELD of them open."""

    def __init__(self, net, v6, addresses=1):
        self.net, self.v6, self.open = net, v6, deque()
        self.addresses, self.begun = addresses, 0

    def one(self):
        """The letter of the member that answered a new session."""
        with self.net.client.entered():
            s = socket.create_connection((self.net.vip("access", self.v6), 443), 10,
                                         source_address=(self.net.client_address(self.begun % self.addresses, self.v6), 0))
        self.begun += 1
        s.sendall(b"0123456789abcdef")
        self.open.append(s)
        if len(self.open) > HELD:
            self.open.popleft().close()
        return s.recv(1).decode()

    def close(self):
        for s in self.open:
            s.close()


def access(net, name, v6):
    """The endpoint that the clients of one family meet."""
    return next(e for m in net.edge.members() if m["name"] == name for e in m["endpoints"]
                if e["services"][0] == "access" and (":" in e["address"]) == v6)


def begin_of_slow_start(net, v6):
    """On this program's clock, once there is one."""
    age = wait_until(lambda: access(net, "edge3", v6)["health"]["slow_start_age_s"], 15, "slow start to begin")
    return time.monotonic() - age


def is_at(summary, net, v6):
    return access(net, "edge3", v6)["state"]["summary"] == summary


@pytest.mark.parametrize("v6", [False, True])
def test_the_ramp(routed, v6):
    routed.edge.write(relay_conf(routed, lb={"slow_start": RAMP, "affinity": {"timeout": 0}}))
    members = Members(routed, ["access", "federation"])
    routed.edge.start("health", "lb")
    wait_until(lambda: is_at("up", routed, v6), 15, "edge3 to be up")
    clients = Clients(routed, v6)
    assert [clients.one() for _ in range(30)].count("3") == 10, "at the start there was no outage"
    members.of["edge3"].kill()
    wait_until(lambda: is_at("down", routed, v6) or is_at("member down", routed, v6), 15, "edge3 to be down")
    members.start("edge3")
    began = begin_of_slow_start(routed, v6)
    wait_until(lambda: clients.one() == "3", 5, "the balancer to know it")
    got = []
    while (age := time.monotonic() - began) < RAMP:
        got.append((age, clients.one() == "3"))
    for low, high in ((0, 0.3), (0.3, 0.6), (0.6, 1), (0, 1)):
        part = [(age / RAMP, was) for age, was in got if low <= age / RAMP < high]
        ramp = sum(0.1 + 0.9 * at for at, _ in part) / 3
        assert len(part) > 50 and abs(sum(was for _, was in part) - ramp) <= 0.2 * ramp + 1, (low, high, len(part), ramp)
    clients.close()


@pytest.mark.parametrize("v6", [False, True])
def test_who_was_drained_gets_all_at_once(routed, v6):
    routed.edge.write(relay_conf(routed, lb={"slow_start": 3600, "affinity": {"timeout": 0}}))
    Members(routed, ["access", "federation"])
    routed.edge.start("health", "lb")
    wait_until(lambda: is_at("up", routed, v6), 15, "edge3 to be up")
    clients = Clients(routed, v6)
    routed.edge.ctl("drain", "edge3")
    wait_until(lambda: clients.one() != "3" and is_at("draining", routed, v6), 10, "edge3 to be draining")
    wait_until(lambda: "3" not in [clients.one() for _ in range(9)], 15, "the balancer to know it")
    routed.edge.ctl("enable", "edge3")
    wait_until(lambda: [clients.one() for _ in range(9)].count("3") >= 3, 15, "edge3 to have its whole part")
    clients.close()
